package io.chiaroscuro.server;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.server.http.AccessRules;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.model.ServedModel;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a Studio is to run.
 *
 * @param host the interface that it listens on
 * @param port 0 for any that is free
 * @param apiKey that clients must show
 * @param models the first is the default; the embedded one is there besides
 * @param modelsInMemory how many may be loaded at once
 * @param device where they compute
 * @param dtype what they compute in
 * @param dataFolder of the database, the pictures and the statistics
 * @param runsFolder of the training runs to watch
 * @param queueLength how many jobs may wait
 * @param limits of one request
 * @param grace how long a running job may go on when the server stops
 */
public record StudioConfig(
    String host,
    int port,
    Optional<String> apiKey,
    List<ServedModel> models,
    int modelsInMemory,
    Device device,
    DType dtype,
    Path dataFolder,
    Optional<Path> runsFolder,
    int queueLength,
    Limits limits,
    Duration grace) {

  public static final String DEFAULT_HOST = "127.0.0.1";
  public static final int DEFAULT_PORT = 7860;
  public static final int DEFAULT_QUEUE_LENGTH = 32;

  private static final int LEAST_KEY = 16;

  /**
   * @throws InvalidInputException if other machines could come in without a key, or a number is out
   *     of range
   */
  public StudioConfig {
    models = List.copyOf(models);
    if (apiKey.isEmpty() && !AccessRules.isLoopback(host)) {
      throw new InvalidInputException(
          "On %s other machines can reach the server; give an API key, or stay on %s."
              .formatted(host, DEFAULT_HOST));
    }
    if (apiKey.isPresent() && !apiKey.get().matches("[\\x21-\\x7e]{%d,200}".formatted(LEAST_KEY))) {
      throw new InvalidInputException(
          "The API key is too easily guessed; give %d or more letters and digits."
              .formatted(LEAST_KEY));
    }
    if (port < 0 || port > 65535) {
      throw new InvalidInputException("The port is %d; give 0 to 65535.".formatted(port));
    }
    requirePositive("the number of models in memory", modelsInMemory);
    requirePositive("the queue's length", queueLength);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new InvalidInputException("%s is %d; give 1 or more.".formatted(name, value));
    }
  }

  /** On the loopback interface, with the embedded model, at a port that is free. */
  public static StudioConfig local(Path dataFolder) {
    return new StudioConfig(
        DEFAULT_HOST,
        0,
        Optional.empty(),
        List.of(),
        1,
        Device.CPU,
        DType.FLOAT32,
        dataFolder,
        Optional.empty(),
        DEFAULT_QUEUE_LENGTH,
        Limits.DEFAULTS,
        Duration.ofSeconds(20));
  }
}
