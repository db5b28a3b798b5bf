package io.chiaroscuro.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that runs a test's {@code main} in a JVM of its own, to be killed at will. */
public final class ChildJvm {

  private ChildJvm() {}

  public static List<String> command(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Dorg.bytedeco.openblas.load=" + System.getProperty("org.bytedeco.openblas.load"),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", // it does not live long enough to gain from more
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
