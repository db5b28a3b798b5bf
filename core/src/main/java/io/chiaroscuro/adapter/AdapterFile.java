package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.TensorFiles;
import io.chiaroscuro.tensor.StoredTensor;
import io.chiaroscuro.tensor.TensorFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Named tensors with some text beside them: what adapters are read from.
 *
 * <p>Of a container with dictionaries in dictionaries, the names are the keys on the way joined by
 * a dot ({@code string_to_param.*}), and what is text or a number is metadata.
 */
final class AdapterFile implements AutoCloseable {

  private final TensorFile file;
  private final Set<String> names;

  private AdapterFile(TensorFile file) {
    this.file = file;
    Set<String> all = new LinkedHashSet<>(file.entries().keySet());
    // Those that cannot be read have to be named when it comes to reading them.
    all.addAll(file.foreignTensors().keySet());
    this.names = Collections.unmodifiableSet(all);
  }

  /**
   * Opens a file.
   *
   * @throws InvalidInputException if it is missing or damaged
   */
  static AdapterFile open(Path path) {
    return new AdapterFile(TensorFiles.open(path));
  }

  Path path() {
    return file.path();
  }

  /** In the order of the file. */
  Set<String> names() {
    return names;
  }

  /** The shape of a tensor without reading it; empty where its element type is unknown. */
  Optional<long[]> shape(String name) {
    return Optional.ofNullable(file.entries().get(name)).map(StoredTensor::shape);
  }

  /**
   * The tensor of that name, kept in the caller's scope; it may be a view of a mapped file.
   *
   * @throws InvalidInputException if there is none, or its element type is unknown
   */
  Tensor tensor(String name) {
    return file.tensor(name);
  }

  Map<String, String> metadata() {
    return file.metadata();
  }

  @Override
  public void close() {
    file.close();
  }
}
