package io.chiaroscuro.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The program in a JVM of its own, to be interrupted, killed or kept short of room. */
final class ChildProgram {

  private ChildProgram() {}

  static List<String> command(Object... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Dorg.bytedeco.openblas.load=" + System.getProperty("org.bytedeco.openblas.load"),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", // it does not live long enough to gain from more
            "-cp",
            System.getProperty("java.class.path"),
            Chiaroscuro.class.getName()));
    Arrays.stream(args).map(Object::toString).forEach(command::add);
    return command;
  }

  /** Starts it; what it says on standard error goes into a file. */
  static Process start(Path err, List<String> command) throws IOException {
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
