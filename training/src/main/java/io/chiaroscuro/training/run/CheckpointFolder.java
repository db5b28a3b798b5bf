package io.chiaroscuro.training.run;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes the files of one checkpoint so that its folder appears under its name only when every byte
 * is on the disk: files first, each forced out, then the move, then the parent folder forced out.
 */
final class CheckpointFolder {

  /** One name for all, so that what a killed process left is cleared away by the next write. */
  private static final String TEMPORARY = ".checkpoint.part";

  private static final JsonMapper JSON = new JsonMapper();

  private CheckpointFolder() {}

  /**
   * @throws IOException if a file cannot be written; {@code folder} is then absent, or as it was
   */
  static void write(Path folder, long step, ObjectNode configuration, TrainingState state)
      throws IOException {
    Path temporary = folder.resolveSibling(TEMPORARY);
    try {
      delete(temporary);
      Files.createDirectories(temporary);
      state
          .tensors()
          .forEach(
              (name, tensors) ->
                  SafetensorsWriter.write(
                      temporary.resolve(name + ".safetensors"),
                      tensors,
                      Map.of("format", "pt", "step", Long.toString(step))));
      ObjectNode json = JSON.createObjectNode().put("step", step);
      state.tensors().keySet().forEach(json.putArray("files")::add);
      json.set("configuration", configuration);
      json.set("facts", state.facts());
      write(temporary.resolve(SavedState.FILE), JSON.writeValueAsBytes(json));
      force(temporary);
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
      force(folder.getParent());
    } finally {
      delete(temporary);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  /** A folder's entries are data too; Windows writes them out by itself and cannot be asked to. */
  private static void force(Path folder) throws IOException {
    if (File.separatorChar == '\\') {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    }
  }

  /** Deletes {@code folder} with all it holds, if it is there. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> contents = Files.walk(folder)) {
      for (Path path : contents.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
