package io.chiaroscuro.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * {@code metrics.jsonl}: what a run measured, one JSON object a line, each with its {@code step}.
 *
 * <p>A line reaches the operating system in one write, so a killed process leaves at most one that
 * is incomplete. A resumed run takes that one off, and every line after the step it resumes from,
 * so no step stands in the file twice.
 */
public final class MetricsFile implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final Path path;
  private final FileChannel channel;
  private long lastStep;

  private MetricsFile(Path path, FileChannel channel, long lastStep) {
    this.path = path;
    this.channel = channel;
    this.lastStep = lastStep;
  }

  /**
   * Opens {@code path} to go on after {@code step}, creating it and its folders where absent.
   *
   * @param step the last one whose line stays; 0 for a new run
   * @throws InvalidInputException if a complete line of the file is no metrics, or the file cannot
   *     be written
   */
  public static MetricsFile open(Path path, long step) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      byte[] written = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
      int end = endOfLinesUpTo(step, written, path);
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.truncate(end).position(end);
      return new MetricsFile(path, channel, step);
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  /** Steps rise from line to line, so what stays is a beginning of the file. */
  private static int endOfLinesUpTo(long step, byte[] written, Path path) throws IOException {
    int end = 0;
    int number = 1;
    for (int i = 0; i < written.length; i++) {
      if (written[i] != '\n') {
        continue;
      }
      if (step(written, end, i, path, number++) > step) {
        return end;
      }
      end = i + 1;
    }
    return end;
  }

  private static long step(byte[] written, int begin, int end, Path path, int number)
      throws IOException {
    try {
      JsonNode step = JSON.readTree(written, begin, end - begin).path("step");
      if (step.isIntegralNumber()) {
        return step.longValue();
      }
    } catch (JsonProcessingException e) {
      // Told below: no JSON and JSON without a step are the same to the reader.
    }
    throw new InvalidInputException(
        "Line %d of %s is not a JSON object with a 'step'; correct it or move the file away."
            .formatted(number, path));
  }

  /**
   * Appends the line of {@code step}.
   *
   * @param step greater than that of the line before
   * @param values by name, in the order to be written; those that are not finite become {@code
   *     null}, since JSON has no word for them
   * @throws InvalidInputException if the file cannot be written
   */
  public void append(long step, Map<String, Double> values) {
    if (step <= lastStep) {
      throw new IllegalArgumentException("Step %d comes after %d.".formatted(step, lastStep));
    }
    ObjectNode line = JSON.createObjectNode().put("step", step);
    values.forEach((name, value) -> line.put(name, Double.isFinite(value) ? value : null));
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(JSON.writeValueAsString(line) + "\n");
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      lastStep = step;
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private static InvalidInputException unwritable(Path path, IOException e) {
    return new InvalidInputException(
        "Cannot write %s (%s); check that the folder exists, is writable and has room."
            .formatted(path, AtomicFile.reason(e)),
        e);
  }
}
