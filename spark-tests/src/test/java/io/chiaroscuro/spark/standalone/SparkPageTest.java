package io.chiaroscuro.spark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of {@code docs/spark.md} as they stand there, in one shell and in their order,
 * by the launcher itself; but for the one that wants to be root, and on a port that is free.
 */
class SparkPageTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern CODE = Pattern.compile(" {4}(.*)");
  private static final Pattern FENCED = Pattern.compile("(?s)\n```.*?\n```\n");
  private static final String USUAL_PORT = "7077";
  private static final int MINUTES = 10;

  @TempDir private Path clone;

  @Test
  void endsWithStatisticsThatAClusterComputed() throws IOException, InterruptedException {
    layOut();
    List<String> commands = commands();
    assertThat(commands)
        .anyMatch(line -> line.startsWith("./chiaroscuro spark master"))
        .anyMatch(line -> line.startsWith("./chiaroscuro spark submit"))
        .anyMatch(line -> line.startsWith("./chiaroscuro stats --spark=spark://"));
    run(commands);
    run(List.of("./chiaroscuro stats --data-dir photos --output-dir leak-of-one --center-crop"));
    assertThat(bits("leak")).isEqualTo(bits("leak-of-one"));
    assertThat(clone.resolve("styles/photos/stats.safetensors")).exists();
    try (Stream<Path> pictures = Files.list(clone.resolve("catalogue"))) {
      assertThat(pictures.filter(file -> file.toString().endsWith(".png"))).hasSize(1);
    }
  }

  /** A clone that is built: the launcher, and as its build the one that has come to this test. */
  private void layOut() throws IOException {
    Files.copy(ROOT.resolve("chiaroscuro"), clone.resolve("chiaroscuro"));
    Files.copy(ROOT.resolve("pom.xml"), clone.resolve("pom.xml"));
    for (String module :
        List.of("core", "training", "demo-model", "server", "spark", "spark-home", "spark-jar")) {
      Files.createSymbolicLink(clone.resolve(module), ROOT.resolve(module));
    }
    Files.createDirectories(clone.resolve("cli/target"));
    for (String part : List.of("cli/pom.xml", "cli/src")) {
      Files.createSymbolicLink(clone.resolve(part), ROOT.resolve(part));
    }
    Path built = ROOT.resolve("cli/target");
    Path dependencies = built.resolve("dependencies.txt");
    assertThat(dependencies).as("made by 'mvn package'").exists();
    try (var jars = Files.newDirectoryStream(built, "chiaroscuro-cli-*.jar")) {
      Path jar = clone.resolve("cli/target/chiaroscuro-cli.jar");
      Files.createSymbolicLink(jar, jars.iterator().next());
      Files.writeString(
          clone.resolve("cli/target/classpath.txt"), jar + ":" + Files.readString(dependencies));
    }
  }

  private static List<String> commands() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/spark.md"));
    return FENCED
        .matcher(page)
        .replaceAll("\n")
        .lines()
        .map(CODE::matcher)
        .filter(code -> code.matches() && !code.group(1).startsWith("sudo "))
        .map(code -> code.group(1))
        .toList();
  }

  private void run(List<String> commands) throws IOException, InterruptedException {
    String script = "set -e\n" + String.join("\n", commands).replace(USUAL_PORT, freePort());
    Path log = clone.resolve("log");
    ProcessBuilder shell = new ProcessBuilder("bash", "-c", script).directory(clone.toFile());
    shell
        .environment()
        .putAll(
            Map.of(
                "SPARK_LOCAL_IP",
                "127.0.0.1",
                "SPARK_LOCAL_DIRS",
                clone.resolve("disk").toString(),
                "SPARK_WORKER_DIR",
                clone.resolve("work").toString(),
                "OMP_NUM_THREADS",
                "1"));
    shell.environment().remove("SPARK_HOME");
    Process process = shell.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("ends").isTrue();
      assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
    }
  }

  private Map<String, String> bits(String leak) {
    Map<String, String> bits = new TreeMap<>();
    try (var file = SafetensorsFile.open(clone.resolve(leak).resolve("stats.safetensors"));
        var scope = new TensorScope()) {
      for (String name : file.entries().keySet()) {
        bits.put(name, Arrays.toString(Tensors.floats(file.tensor(name))));
      }
    }
    return bits;
  }
}
