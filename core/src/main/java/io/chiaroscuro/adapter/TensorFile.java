package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Named tensors with some text beside them: what adapters are read from, whatever container they
 * came in.
 *
 * <p>Of a container with dictionaries in dictionaries, the names are the keys on the way joined by
 * a dot ({@code string_to_param.*}), and what is text or a number is metadata.
 */
public interface TensorFile extends AutoCloseable {

  /**
   * Opens a file of any container that is known.
   *
   * @throws InvalidInputException if it is missing, damaged or of no such container
   */
  static TensorFile open(Path path) {
    return new SafetensorsTensors(path);
  }

  Path path();

  /** In the order of the file. */
  Set<String> names();

  /**
   * The tensor of that name, kept in the caller's scope; it may be a view of a mapped file.
   *
   * @throws InvalidInputException if there is none, or its element type is unknown
   */
  Tensor tensor(String name);

  Map<String, String> metadata();

  @Override
  void close();
}
