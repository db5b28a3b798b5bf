package io.chiaroscuro.tensor;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A file of named tensors, of which only what is asked for is read. */
public interface TensorFile extends AutoCloseable {

  Path path();

  /** The tensors that can be read, by name, in the file's order. */
  Map<String, ? extends StoredTensor> entries();

  /**
   * The tensors of element types that Chiaroscuro does not compute with: the file's word for the
   * type, by name. They may lie beside those that are needed.
   */
  Map<String, String> foreignTensors();

  /** What the file says beside its tensors, empty if nothing. */
  Map<String, String> metadata();

  /**
   * The tensor of that name as a view of the mapped file; writing to it does not change the file.
   *
   * @throws io.chiaroscuro.InvalidInputException if the file has no such tensor, or one of a
   *     foreign element type, or has shrunk since it was opened
   */
  Tensor tensor(String name);

  /**
   * As {@link #tensor}, for what is only converted and then let go: where the file can be read
   * without mapping it, none of its pages stay resident.
   */
  default Tensor copy(String name) {
    return tensor(name);
  }

  /** Lets go of the mapping; tensors already read keep theirs, and more may be asked for. */
  @Override
  void close();
}
