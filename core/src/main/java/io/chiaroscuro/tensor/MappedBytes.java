package io.chiaroscuro.tensor;

import io.chiaroscuro.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * A file mapped into memory, once and privately, when it is first looked at; or the bytes of one
 * that are in memory already. Views cost no memory until they are read, and keep the bytes alive.
 */
public final class MappedBytes implements AutoCloseable {

  private final Path path;
  private final long size;
  private Tensor bytes;

  /**
   * @param path of a file that exists
   * @param size its length, at least 1; a file that is shorter by then is refused
   */
  public MappedBytes(Path path, long size) {
    this.path = path;
    this.size = size;
  }

  /**
   * @param path for messages
   * @param content copied
   */
  public MappedBytes(Path path, byte[] content) {
    this(path, content.length);
    try (var scope = new TensorScope()) {
      bytes = scope.own(Tensors.of(content, content.length));
    }
  }

  /**
   * A stretch of the file.
   *
   * @param begin where it starts, in bytes
   * @param count how many elements of {@code dtype} it has; all of them lie within the file
   * @return {@code (count)}
   * @throws InvalidInputException if the file has become shorter or cannot be mapped
   */
  public Tensor view(DType dtype, long begin, long count) {
    if (count == 0) {
      return Tensors.zeros(dtype, 0);
    }
    try (var scope = new TensorScope()) {
      Tensor raw = bytes().narrow(0, begin, Math.multiplyExact(count, dtype.byteSize()));
      // A tensor of wider elements must start at a multiple of their size; valid files may not.
      Tensor aligned = begin % dtype.byteSize() == 0 ? raw : raw.clone();
      return scope.keep(aligned.view(dtype.torch()));
    }
  }

  @Override
  public void close() {
    if (bytes != null) {
      bytes.close();
      bytes = null;
    }
  }

  private Tensor bytes() {
    if (bytes == null) {
      // Mapping past the end would turn a read into a crash of the whole process.
      if (path.toFile().length() < size) {
        throw new InvalidInputException(
            "%s has become shorter since it was opened; fetch or write it again.".formatted(path));
      }
      try (var scope = new TensorScope()) {
        bytes =
            scope.own(
                torch.from_file(
                    new BytePointer(path.toString(), StandardCharsets.UTF_8),
                    new BoolOptional(false),
                    new LongOptional(size),
                    new TensorOptions(DType.UINT8.torch())));
      } catch (RuntimeException e) {
        throw new InvalidInputException(
            "Cannot map %s into memory (%s); check that it is still there and that memory suffices."
                .formatted(path, e.getMessage().lines().findFirst().orElse("no reason given")),
            e);
      }
    }
    return bytes;
  }
}
