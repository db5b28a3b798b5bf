package io.chiaroscuro.safetensors;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.tensor.MappedBytes;
import io.chiaroscuro.tensor.TensorFile;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A safetensors file: eight bytes of header length, a JSON header, then the tensors' bytes, all
 * little-endian.
 *
 * <p>The header is checked against the file's true size before anything is mapped or allocated, so
 * a truncated, altered or lying file is refused in one sentence. The bytes are memory-mapped once,
 * privately; tensors are views of that mapping and cost no memory until they are read. The mapping
 * lives as long as any view of it.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
 */
public final class SafetensorsFile implements TensorFile {

  /** The reference implementation's own limit for a header. */
  static final int MAX_HEADER_BYTES = 100_000_000;

  private static final int LENGTH_BYTES = 8;

  private final Path path;
  private final MappedBytes bytes;
  private final Map<String, TensorEntry> entries;
  private final Map<String, String> foreignTensors;
  private final Map<String, String> metadata;

  private SafetensorsFile(Path path, MappedBytes bytes, SafetensorsHeader header) {
    this.path = path;
    this.bytes = bytes;
    this.entries = Collections.unmodifiableMap(header.entries);
    this.foreignTensors = Collections.unmodifiableMap(header.foreignTensors);
    this.metadata = Collections.unmodifiableMap(header.metadata);
  }

  /**
   * Reads and checks the header.
   *
   * @throws InvalidInputException if the file is missing, truncated or not a valid safetensors file
   */
  public static SafetensorsFile open(Path path) {
    try (FileChannel channel = FileChannel.open(path)) {
      long size = channel.size();
      return new SafetensorsFile(
          path,
          new MappedBytes(path, size),
          header(path, size, (position, count) -> read(channel, position, count)));
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(path, Files.isDirectory(path) ? "it is a folder" : AtomicFile.reason(e)),
          e);
    }
  }

  /**
   * Reads what a file of such bytes would hold.
   *
   * @param name for messages
   * @throws InvalidInputException if it is not a valid safetensors file
   */
  public static SafetensorsFile of(byte[] content, Path name) {
    try {
      var header =
          header(
              name,
              content.length,
              (position, count) -> ByteBuffer.wrap(content, (int) position, count).slice());
      return new SafetensorsFile(name, new MappedBytes(name, content), header);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory is always readable.", e);
    }
  }

  /** {@code count} bytes of a file from {@code position} on, all of which it has. */
  @FunctionalInterface
  private interface Stretch {
    ByteBuffer read(long position, int count) throws IOException;
  }

  private static SafetensorsHeader header(Path path, long size, Stretch stretch)
      throws IOException {
    if (size < LENGTH_BYTES) {
      throw broken(path, "it has %d bytes, fewer than the shortest header".formatted(size));
    }
    long length = stretch.read(0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > MAX_HEADER_BYTES) {
      throw broken(path, "its header claims %s bytes".formatted(Long.toUnsignedString(length)));
    }
    if (length > size - LENGTH_BYTES) {
      throw broken(path, "its header claims %d bytes, the file has %d".formatted(length, size));
    }
    byte[] header = new byte[(int) length];
    stretch.read(LENGTH_BYTES, header.length).get(header);
    return new SafetensorsHeader(path, header, LENGTH_BYTES + length, size);
  }

  /** The tensors that can be read, by name, in the order of the header. */
  @Override
  public Map<String, TensorEntry> entries() {
    return entries;
  }

  /**
   * The tensors of element types that Chiaroscuro does not compute with, such as {@code F8_E4M3}:
   * the header's dtype by name. They may lie in a file beside those that are needed.
   */
  @Override
  public Map<String, String> foreignTensors() {
    return foreignTensors;
  }

  /** The header's {@code __metadata__}, empty if it has none. */
  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public Path path() {
    return path;
  }

  /**
   * The tensor of that name as a view of the mapped file; writing to it does not change the file.
   *
   * @throws InvalidInputException if the file has no such tensor, or one of a foreign element type,
   *     or has shrunk since it was opened
   */
  @Override
  public Tensor tensor(String name) {
    TensorEntry entry = entry(name);
    try (var scope = new TensorScope()) {
      return scope.keep(
          bytes.view(entry.dtype(), entry.begin(), entry.elements()).view(entry.shape()));
    }
  }

  @Override
  public Tensor copy(String name) {
    TensorEntry entry = entry(name);
    try (var scope = new TensorScope()) {
      return scope.keep(
          bytes.copy(entry.dtype(), entry.begin(), entry.elements()).view(entry.shape()));
    }
  }

  private TensorEntry entry(String name) {
    TensorEntry entry = entries.get(name);
    if (foreignTensors.containsKey(name)) {
      throw new InvalidInputException(
          "Tensor '%s' of %s has the dtype %s, which cannot be read; convert it to F32, F16 or BF16."
              .formatted(name, path, foreignTensors.get(name)));
    }
    if (entry == null) {
      throw new InvalidInputException(
          "%s has no tensor '%s'; it has %s."
              .formatted(path, name, entries.isEmpty() ? "none" : summary()));
    }
    return entry;
  }

  @Override
  public void close() {
    bytes.close();
  }

  private String summary() {
    List<String> names = entries.keySet().stream().limit(5).toList();
    return String.join(", ", names)
        + (entries.size() > names.size() ? " and %d more".formatted(entries.size() - 5) : "");
  }

  private static ByteBuffer read(FileChannel channel, long position, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("it ends after %d bytes".formatted(position + buffer.position()));
      }
    }
    return buffer.flip();
  }

  /** One line of bounded length, whatever the file put into its names. */
  static InvalidInputException broken(Path path, String what) {
    String line = what.replaceAll("\\p{Cntrl}", "?");
    return new InvalidInputException(
        "%s is not a valid safetensors file: %s; fetch or write it again."
            .formatted(path, line.length() > 300 ? line.substring(0, 300) + "..." : line));
  }
}
