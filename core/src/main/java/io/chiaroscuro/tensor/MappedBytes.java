package io.chiaroscuro.tensor;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * A file mapped into memory, once and privately, when it is first looked at; or the bytes of one
 * that are in memory already. Views cost no memory until they are read, and keep the bytes alive.
 */
public final class MappedBytes implements AutoCloseable {

  /** A buffer of Java's has at most 2 GiB. */
  private static final long LARGEST_READ = 1L << 30;

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

  /**
   * As {@link #view}, but read into memory of its own: what is only passing through, to be
   * converted for example, leaves no pages of the file resident.
   *
   * @throws InvalidInputException if the file has become shorter or cannot be read
   */
  public Tensor copy(DType dtype, long begin, long count) {
    if (count == 0) {
      return Tensors.zeros(dtype, 0);
    }
    try (var scope = new TensorScope();
        FileChannel channel = FileChannel.open(path)) {
      Tensor copy =
          torch.empty(
              new long[] {count}, new TensorOptions(dtype.torch()), new MemoryFormatOptional());
      long length = Math.multiplyExact(count, dtype.byteSize());
      var memory = new BytePointer(copy.data_ptr());
      for (long done = 0; done < length; ) {
        long most = Math.min(length - done, LARGEST_READ);
        int read =
            channel.read(memory.position(done).limit(done + most).asByteBuffer(), begin + done);
        if (read < 0) {
          throw shorter();
        }
        done += read;
      }
      return scope.keep(copy);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check that it is still there."
              .formatted(path, AtomicFile.reason(e)),
          e);
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
        throw shorter();
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

  private InvalidInputException shorter() {
    return new InvalidInputException(
        "%s has become shorter since it was opened; fetch or write it again.".formatted(path));
  }
}
