package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Rows of tensors by key, in a folder of safetensors files of some hundred rows each. A file is
 * there whole or not at all, so what was written before an interruption is kept. Rows are mapped
 * from disk and cost no memory beyond the system's page cache.
 *
 * <p>A shard's tensors have the rows along their first axis; its metadata {@value #KEYS} name them.
 */
final class ShardFolder implements AutoCloseable {

  private static final String KEYS = "keys";
  private static final String SUFFIX = ".safetensors";

  private record Row(int shard, int index) {}

  private final Path folder;
  private final List<Map<String, Tensor>> shards = new ArrayList<>();
  private final Map<String, Row> rows = new HashMap<>();

  /**
   * Maps the shards that are there; a folder that does not exist is an empty one.
   *
   * @throws InvalidInputException naming the file, if one is damaged
   */
  ShardFolder(Path folder) {
    this.folder = folder;
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().forEach(this::map);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read the cache '%s' (%s); delete it to have it made again."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  boolean has(String key) {
    return rows.containsKey(key);
  }

  /**
   * Writes a shard and maps it.
   *
   * @param keys of the rows, distinct, without spaces
   * @param columns tensors (rows, ...) by name
   * @throws InvalidInputException if it cannot be written
   */
  void add(List<String> keys, Map<String, Tensor> columns) {
    String joined = String.join(" ", keys);
    // Named after its rows: processes that fill one folder at the same time write the same files.
    Path file = folder.resolve(Fingerprint.of(joined) + SUFFIX);
    SafetensorsWriter.write(file, columns, Map.of(KEYS, joined));
    map(file);
  }

  /**
   * The rows of these keys in one tensor (keys, ...), kept in the caller's scope.
   *
   * @param keys all there, their rows of one shape
   */
  Tensor gather(String column, List<String> keys) {
    try (var scope = new TensorScope()) {
      var stacked = new TensorVector();
      for (String key : keys) {
        Row row = rows.get(key);
        stacked.push_back(shards.get(row.shard).get(column).select(0, row.index));
      }
      return scope.keep(torch.stack(stacked));
    }
  }

  private void map(Path path) {
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(path)) {
      String[] keys = file.metadata().getOrDefault(KEYS, "").split(" ");
      Map<String, Tensor> columns = new HashMap<>();
      for (String name : file.entries().keySet()) {
        Tensor tensor = file.tensor(name);
        if (tensor.dim() == 0 || tensor.size(0) != keys.length) {
          throw new InvalidInputException(
              "The file '%s' is not one of a cache; delete it to have it made again."
                  .formatted(path));
        }
        columns.put(name, scope.own(tensor));
      }
      shards.add(columns);
      for (int i = 0; i < keys.length; i++) {
        rows.put(keys[i], new Row(shards.size() - 1, i));
      }
    }
  }

  @Override
  public void close() {
    shards.forEach(columns -> columns.values().forEach(Tensor::close));
    shards.clear();
    rows.clear();
  }
}
