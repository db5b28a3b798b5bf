package io.chiaroscuro.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes safetensors files as the reference implementation does, byte for byte: tensors lie by the
 * width of their elements, then by name, so that each starts aligned.
 */
public final class SafetensorsWriter {

  /** The reference implementation's order. */
  private static final List<DType> WIDEST_FIRST =
      List.of(
          DType.INT64,
          DType.FLOAT64,
          DType.FLOAT32,
          DType.INT32,
          DType.BFLOAT16,
          DType.FLOAT16,
          DType.INT16,
          DType.INT8,
          DType.UINT8,
          DType.BOOL);

  /** The header is padded so that the data, and with it every tensor, starts aligned. */
  private static final int ALIGNMENT = 8;

  private static final int CHUNK = 1 << 24;

  private SafetensorsWriter() {}

  /**
   * Writes {@code tensors} to {@code path}, whole or not at all.
   *
   * @throws InvalidInputException if the file cannot be written
   */
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
    write(path, tensors, metadata, UnaryOperator.identity());
  }

  /**
   * As {@link #write(Path, Map, Map)}, each tensor converted as it is written, so that no more than
   * one takes memory.
   *
   * @param target the type to write for a tensor's own
   */
  public static void write(
      Path path,
      Map<String, Tensor> tensors,
      Map<String, String> metadata,
      UnaryOperator<DType> target) {
    AtomicFile.write(
        path,
        temporary -> {
          try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            write(channel, tensors, metadata, target);
            channel.force(true);
          }
        });
  }

  /** What {@link #write(Path, Map, Map)} writes. */
  public static byte[] bytes(Map<String, Tensor> tensors, Map<String, String> metadata) {
    var bytes = new ByteArrayOutputStream();
    try {
      write(Channels.newChannel(bytes), tensors, metadata, UnaryOperator.identity());
    } catch (IOException e) {
      throw new UncheckedIOException("Memory is always writable.", e);
    }
    return bytes.toByteArray();
  }

  private static void write(
      WritableByteChannel channel,
      Map<String, Tensor> tensors,
      Map<String, String> metadata,
      UnaryOperator<DType> target)
      throws IOException {
    Map<String, DType> dtypes = new HashMap<>();
    tensors.forEach((name, tensor) -> dtypes.put(name, target.apply(DType.of(tensor))));
    List<String> names =
        tensors.keySet().stream()
            .sorted(
                Comparator.comparing((String name) -> WIDEST_FIRST.indexOf(dtypes.get(name)))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    writeFully(channel, header(names, tensors, dtypes, metadata));
    for (String name : names) {
      writeFully(channel, tensors.get(name), dtypes.get(name));
    }
  }

  private static ByteBuffer header(
      List<String> names,
      Map<String, Tensor> tensors,
      Map<String, DType> dtypes,
      Map<String, String> metadata) {
    JsonMapper json = new JsonMapper();
    ObjectNode root = json.createObjectNode();
    if (!metadata.isEmpty()) {
      root.set("__metadata__", json.valueToTree(metadata));
    }
    long offset = 0;
    for (String name : names) {
      DType dtype = dtypes.get(name);
      long[] shape = Tensors.shape(tensors.get(name));
      long end = offset + dtype.byteSize() * Arrays.stream(shape).reduce(1, Math::multiplyExact);
      ObjectNode entry = root.putObject(name);
      entry.put("dtype", dtype.safetensorsName());
      entry.set("shape", json.valueToTree(shape));
      entry.set("data_offsets", json.valueToTree(new long[] {offset, end}));
      offset = end;
    }
    byte[] text;
    try {
      text = json.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of plain values is always JSON.", e);
    }
    int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static void writeFully(WritableByteChannel channel, Tensor tensor, DType dtype)
      throws IOException {
    try (var scope = new TensorScope()) {
      Tensor host = Tensors.to(tensor, Device.CPU, dtype).contiguous();
      long length = host.numel() * host.element_size();
      BytePointer bytes = new BytePointer(host.data_ptr());
      for (long start = 0; start < length; start += CHUNK) {
        long end = Math.min(length, start + CHUNK);
        writeFully(channel, bytes.position(start).limit(end).asByteBuffer());
      }
    }
  }

  private static void writeFully(WritableByteChannel channel, ByteBuffer buffer)
      throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
