package io.chiaroscuro.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The pictures of a batch that are done, a JSON object a line. Each is added as soon as it is done;
 * what a killed run has half added, the next one sets right.
 */
final class BatchResults {

  private record Result(BatchPicture picture, double brightness) {

    Map<String, Object> describe() {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("line", picture.row().line());
      facts.put("file", picture.file().getFileName().toString());
      facts.put("seed", picture.seed());
      facts.put("brightness", brightness);
      return facts;
    }
  }

  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final List<Result> results = new ArrayList<>();

  BatchResults(Path file) {
    this.file = file;
  }

  /** Adds a picture of an earlier run, to be written by {@link #write}. */
  void addMade(BatchPicture picture, double brightness) {
    results.add(new Result(picture, brightness));
  }

  /** Adds a picture to the file. */
  void add(BatchPicture picture, double brightness) {
    Result result = new Result(picture, brightness);
    results.add(result);
    try {
      Files.writeString(file, line(result), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot write %s (%s); check that the folder is writable and has room."
              .formatted(file, AtomicFile.reason(e)),
          e);
    }
  }

  /** Writes all of them in the order of the batch. */
  void write() {
    results.sort(
        Comparator.<Result>comparingInt(result -> result.picture().row().line())
            .thenComparingInt(result -> result.picture().picture().index()));
    String lines = results.stream().map(BatchResults::line).collect(Collectors.joining());
    AtomicFile.write(file, temporary -> Files.writeString(temporary, lines));
  }

  Path file() {
    return file;
  }

  int size() {
    return results.size();
  }

  List<Map<String, Object>> describe() {
    return results.stream().map(Result::describe).toList();
  }

  double meanBrightness() {
    return results.stream().mapToDouble(Result::brightness).average().orElse(Double.NaN);
  }

  private static String line(Result result) {
    try {
      return JSON.writeValueAsString(result.describe()) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Numbers and names are JSON.", e);
    }
  }
}
