package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Where {@link Weights} come from: files, a seed, or whatever a trainer keeps. */
public interface WeightSource extends AutoCloseable {

  /** Whether {@link #read} would find a tensor of that name, whatever its shape. */
  boolean has(String name);

  /**
   * The tensor of that name, on the CPU in the type it is stored in. It is kept in the caller's
   * scope and may be a view of a mapped file.
   *
   * @throws InvalidInputException if there is none, or if it has another shape
   */
  Tensor read(String name, long... shape);

  /**
   * As {@link #read}, for what is only converted and then let go: nothing that is mapped becomes
   * resident by it where that can be helped.
   */
  default Tensor copy(String name, long... shape) {
    return read(name, shape);
  }

  /** What this source holds beneath {@code prefix} and nobody read, but for known harmless ones. */
  List<String> unread(String prefix);

  /** The files it reads, by which checkpoints are told apart; empty where there are none. */
  default List<Path> files() {
    return List.of();
  }

  /** Where the tensors lie, for messages. */
  String description();

  /** Lets go of what it holds open; tensors already read stay valid. */
  @Override
  void close();
}
