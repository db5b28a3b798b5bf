package io.chiaroscuro.cli;

import io.chiaroscuro.fixtures.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The program in a JVM of its own. */
final class ChildProgram {

  private ChildProgram() {}

  /** Starts it; what it says on standard error goes into a file. */
  static Process start(Path err, Object... args) throws IOException {
    return started(err, ChildJvm.command(Chiaroscuro.class, args));
  }

  /** Starts it where it cannot write a large file. */
  static Process startWithoutRoom(Path err, Object... args) throws IOException {
    return started(err, ChildJvm.withoutRoom(ChildJvm.command(Chiaroscuro.class, args)));
  }

  private static Process started(Path err, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(err.toFile())
        .start();
  }

  /** What it said, without the logging library's greeting. */
  static String said(Path err) throws IOException {
    return Files.readAllLines(err, StandardCharsets.UTF_8).stream()
        .filter(line -> !line.startsWith("SLF4J"))
        .collect(Collectors.joining("\n"));
  }
}
