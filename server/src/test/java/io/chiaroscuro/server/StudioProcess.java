package io.chiaroscuro.server;

import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A Studio in a process of its own, to be measured and killed. */
final class StudioProcess implements AutoCloseable {

  private final Process process;
  private final Client client;

  private StudioProcess(Process process, int port) {
    this.process = process;
    this.client = new Client(port);
  }

  /** What the process runs: a Studio with that data folder and queue length. */
  public static void main(String[] arguments) throws InterruptedException {
    Studio studio =
        Studio.start(
            new StudioConfig(
                "127.0.0.1",
                0,
                Optional.empty(),
                List.of(),
                1,
                Device.CPU,
                DType.FLOAT32,
                Path.of(arguments[0]),
                Optional.empty(),
                Integer.parseInt(arguments[1]),
                Limits.DEFAULTS,
                Duration.ZERO));
    System.out.println("port " + studio.port());
    new CountDownLatch(1).await();
  }

  /** Starts one; its heap is resident from the start, so that what grows is native. */
  static StudioProcess start(Path folder, int queueLength) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.openblas.load=" + System.getProperty("org.bytedeco.openblas.load"),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Xms384m",
                "-Xmx384m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                StudioProcess.class.getName(),
                folder.toString(),
                String.valueOf(queueLength))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null) {
      throw new AssertionError("The server did not start.");
    }
    return new StudioProcess(process, Integer.parseInt(line.substring("port ".length())));
  }

  Client client() {
    return client;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** A figure of {@code /metrics}. */
  double metric(String name) {
    String metrics = new String(client.get("/metrics").body(), StandardCharsets.UTF_8);
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** As {@code kill -9} does. */
  @Override
  public void close() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
