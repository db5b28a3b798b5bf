package io.chiaroscuro.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

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
public final class SafetensorsFile implements AutoCloseable {

  /** The reference implementation's own limit for a header. */
  static final int MAX_HEADER_BYTES = 100_000_000;

  private static final int LENGTH_BYTES = 8;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private final Path path;
  private final long size;
  private final Map<String, TensorEntry> entries;
  private final Map<String, String> metadata;
  private Tensor bytes;

  private SafetensorsFile(
      Path path, long size, Map<String, TensorEntry> entries, Map<String, String> metadata) {
    this.path = path;
    this.size = size;
    this.entries = entries;
    this.metadata = metadata;
  }

  /**
   * Reads and checks the header.
   *
   * @throws InvalidInputException if the file is missing, truncated or not a valid safetensors file
   */
  public static SafetensorsFile open(Path path) {
    try (FileChannel channel = FileChannel.open(path)) {
      long size = channel.size();
      if (size < LENGTH_BYTES) {
        throw broken(path, "it has %d bytes, fewer than the shortest header".formatted(size));
      }
      long headerLength = read(channel, 0, LENGTH_BYTES).getLong();
      if (headerLength < 2 || headerLength > MAX_HEADER_BYTES) {
        throw broken(
            path, "its header claims %s bytes".formatted(Long.toUnsignedString(headerLength)));
      }
      if (headerLength > size - LENGTH_BYTES) {
        throw broken(
            path, "its header claims %d bytes, the file has %d".formatted(headerLength, size));
      }
      byte[] header = read(channel, LENGTH_BYTES, (int) headerLength).array();
      return parse(path, size, header);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(path, Files.isDirectory(path) ? "it is a folder" : AtomicFile.reason(e)),
          e);
    }
  }

  /** The tensors by name, in the order of the header. */
  public Map<String, TensorEntry> entries() {
    return entries;
  }

  /** The header's {@code __metadata__}, empty if it has none. */
  public Map<String, String> metadata() {
    return metadata;
  }

  public Path path() {
    return path;
  }

  /**
   * The tensor of that name as a view of the mapped file; writing to it does not change the file.
   *
   * @throws InvalidInputException if the file has no such tensor, or has shrunk since it was opened
   */
  public Tensor tensor(String name) {
    TensorEntry entry = entries.get(name);
    if (entry == null) {
      throw new InvalidInputException(
          "%s has no tensor '%s'; it has %s."
              .formatted(path, name, entries.isEmpty() ? "none" : summary()));
    }
    if (entry.byteSize() == 0) {
      return Tensors.zeros(entry.dtype(), entry.shape());
    }
    try (var scope = new TensorScope()) {
      Tensor raw = bytes().narrow(0, entry.begin(), entry.byteSize());
      // A tensor of wider elements must start at a multiple of their size; valid files may not.
      Tensor aligned = entry.begin() % entry.dtype().byteSize() == 0 ? raw : raw.clone();
      return scope.keep(aligned.view(entry.dtype().torch()).view(entry.shape()));
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
        throw broken(path, "it has become shorter since it was opened");
      }
      try (var scope = new TensorScope()) {
        bytes =
            scope.own(
                torch.from_file(
                    path.toString(),
                    new BoolOptional(false),
                    new LongOptional(size),
                    new TensorOptions(DType.UINT8.torch())));
      }
    }
    return bytes;
  }

  private String summary() {
    List<String> names = entries.keySet().stream().limit(5).toList();
    return String.join(", ", names)
        + (entries.size() > names.size() ? " and %d more".formatted(entries.size() - 5) : "");
  }

  private static ByteBuffer read(FileChannel channel, long position, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("it ends after %d bytes".formatted(position + buffer.position()));
      }
    }
    return buffer.flip();
  }

  private static SafetensorsFile parse(Path path, long size, byte[] header) {
    JsonNode root;
    try {
      root = JSON.readTree(header);
    } catch (JsonProcessingException e) {
      throw broken(path, "its header is not valid JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw broken(path, "its header is not valid UTF-8");
    }
    if (!root.isObject()) {
      throw broken(path, "its header is not a JSON object");
    }
    long start = LENGTH_BYTES + header.length;
    Map<String, TensorEntry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (field.getKey().equals("__metadata__")) {
        field.getValue().properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
      } else {
        entries.put(field.getKey(), entry(path, field.getKey(), field.getValue(), start, size));
      }
    }
    requireContiguous(path, entries, start, size);
    return new SafetensorsFile(
        path, size, Collections.unmodifiableMap(entries), Collections.unmodifiableMap(metadata));
  }

  private static TensorEntry entry(Path path, String name, JsonNode json, long start, long size) {
    JsonNode dtypeName = json.path("dtype");
    DType dtype =
        Arrays.stream(DType.values())
            .filter(d -> d.safetensorsName().equals(dtypeName.asText()))
            .findFirst()
            .orElseThrow(
                () ->
                    broken(
                        path,
                        "tensor '%s' has the unknown dtype '%s'"
                            .formatted(name, dtypeName.asText())));
    long[] shape = longs(path, name, json.path("shape"));
    long[] offsets = longs(path, name, json.path("data_offsets"));
    if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > size - start) {
      throw broken(
          path,
          "tensor '%s' claims the bytes %s, the file has %d after its header"
              .formatted(name, Arrays.toString(offsets), size - start));
    }
    long bytes = dtype.byteSize();
    try {
      for (long axis : shape) {
        bytes = Math.multiplyExact(bytes, axis);
      }
    } catch (ArithmeticException e) {
      bytes = -1;
    }
    if (bytes != offsets[1] - offsets[0]) {
      throw broken(
          path,
          "tensor '%s' of shape %s does not fit its %d bytes"
              .formatted(name, Arrays.toString(shape), offsets[1] - offsets[0]));
    }
    return new TensorEntry(name, dtype, shape, start + offsets[0], start + offsets[1]);
  }

  private static long[] longs(Path path, String name, JsonNode json) {
    if (!json.isArray()) {
      throw broken(path, "tensor '%s' lacks its shape or its data_offsets".formatted(name));
    }
    long[] values = new long[json.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = json.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
        throw broken(
            path, "tensor '%s' has the impossible size or offset %s".formatted(name, value));
      }
      values[i] = value.asLong();
    }
    return values;
  }

  /** The format forbids overlaps, holes and bytes that belong to no tensor. */
  private static void requireContiguous(
      Path path, Map<String, TensorEntry> entries, long start, long size) {
    List<TensorEntry> ordered = new ArrayList<>(entries.values());
    ordered.sort(Comparator.comparingLong(TensorEntry::begin).thenComparing(TensorEntry::end));
    long position = start;
    for (TensorEntry entry : ordered) {
      if (entry.begin() != position) {
        throw broken(
            path,
            "tensor '%s' starts at byte %d where %d is expected"
                .formatted(entry.name(), entry.begin(), position));
      }
      position = entry.end();
    }
    if (position != size) {
      throw broken(
          path, "%d bytes after the last tensor belong to none".formatted(size - position));
    }
  }

  private static InvalidInputException broken(Path path, String what) {
    return new InvalidInputException(
        "%s is not a valid safetensors file: %s; fetch or write it again.".formatted(path, what));
  }
}
