package io.chiaroscuro.spark.statistics;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.pipeline.LatentStream.Skipped;
import io.chiaroscuro.spark.picture.Picture;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The pictures that were skipped, as lines of JSON. Each task writes a file of its own, named after
 * its partition: however often a task is repeated, what it leaves is the same.
 */
final class SkippedTable implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final String TEMPORARY = "_temporary";

  private final String folder;
  private final SerializableConfiguration configuration;

  /**
   * @param folder as Hadoop reads it
   */
  SkippedTable(String folder, Configuration configuration) {
    this.folder = folder;
    this.configuration = new SerializableConfiguration(configuration);
  }

  static Dataset<Row> read(SparkSession session, String folder) {
    return session.read().schema("path STRING, `group` STRING, reason STRING").json(folder);
  }

  private FileSystem system() throws IOException {
    return new Path(folder).getFileSystem(configuration.value());
  }

  /**
   * Makes the table, empty; what is in the folder and not of such a table stays there.
   *
   * @throws InvalidInputException if it cannot be written
   */
  void begin() {
    try {
      FileSystem system = system();
      Path root = new Path(folder);
      system.mkdirs(root);
      for (FileStatus file : system.listStatus(root)) {
        if (file.getPath().getName().matches("part-\\d{5,}\\.json|" + TEMPORARY)) {
          system.delete(file.getPath(), true);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "Cannot write the list of skipped pictures to %s (%s); name a folder that is writable."
              .formatted(folder, e instanceof IOException io ? AtomicFile.reason(io) : "no path"),
          e);
    }
  }

  /**
   * Writes a task's part.
   *
   * @param attempt of the task, unlike all others
   */
  void write(int partition, long attempt, List<Skipped<Picture>> skipped) {
    if (skipped.isEmpty()) {
      return;
    }
    try {
      FileSystem system = system();
      String name = "part-%05d.json".formatted(partition);
      Path part = new Path(folder, name);
      Path temporary = new Path(new Path(folder, TEMPORARY), name + "." + attempt);
      try (var out = system.create(temporary, true)) {
        for (Skipped<Picture> picture : skipped) {
          out.write((line(picture) + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
      // Some file systems do not move over a file: the one of another attempt then says the same.
      if (!system.rename(temporary, part) && !system.exists(part)) {
        throw new IOException("cannot move %s to %s".formatted(temporary, part));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write the list of skipped pictures to %s.".formatted(folder), e);
    }
  }

  private static String line(Skipped<Picture> skipped) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("path", skipped.picture().name());
    skipped.picture().belongsTo().ifPresent(group -> fields.put("group", group));
    fields.put("reason", skipped.reason());
    return new JsonMapper().writeValueAsString(fields);
  }

  /** Removes what attempts left that were not the first to end. */
  void end() {
    try {
      system().delete(new Path(folder, TEMPORARY), true);
    } catch (IOException e) {
      // It is hidden from whoever reads the table.
    }
  }
}
