package io.chiaroscuro.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the JSON header and checks what it claims against the file's true size. Each entry is
 * checked as it is read, so that a header full of nonsense is refused at its first.
 */
final class SafetensorsHeader {

  /** libtorch's own limit for what it computes with. */
  private static final int MAX_AXES = 64;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  /** Where in the file a tensor lies. */
  private record Span(String name, long begin, long end) {}

  private final Path path;
  private final long start;
  private final long size;
  private final List<Span> spans = new ArrayList<>();

  final Map<String, TensorEntry> entries = new LinkedHashMap<>();
  final Map<String, String> foreignTensors = new LinkedHashMap<>();
  final Map<String, String> metadata = new LinkedHashMap<>();

  /**
   * Parses {@code header}.
   *
   * @param path names the file in messages
   * @param start where the tensors' bytes start in the file
   * @param size of the file
   * @throws InvalidInputException if the header is malformed or does not fit the file
   */
  SafetensorsHeader(Path path, byte[] header, long start, long size) {
    this.path = path;
    this.start = start;
    this.size = size;
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
      read(text);
    } catch (CharacterCodingException e) {
      throw broken("its header is not valid UTF-8");
    } catch (JsonProcessingException e) {
      throw broken("its header is not valid JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("Text in memory cannot fail to be read.", e);
    }
    requireContiguous();
  }

  private void read(String text) throws IOException {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw broken("its header is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        JsonNode value = parser.readValueAsTree();
        if (name.equals("__metadata__")) {
          readMetadata(value);
        } else {
          readEntry(name, value);
        }
      }
      if (parser.nextToken() != null) {
        throw broken("its header goes on after its JSON object");
      }
    }
  }

  private void readMetadata(JsonNode json) {
    if (!json.isObject()) {
      throw broken("its __metadata__ is not a JSON object");
    }
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!field.getValue().isTextual()) {
        throw broken("its metadata '%s' is not a string".formatted(field.getKey()));
      }
      metadata.put(field.getKey(), field.getValue().asText());
    }
  }

  private void readEntry(String name, JsonNode json) {
    String dtypeName = json.path("dtype").asText();
    if (dtypeName.isEmpty()) {
      throw broken("tensor '%s' has no dtype".formatted(name));
    }
    long[] shape = longs(name, json.path("shape"));
    long[] offsets = longs(name, json.path("data_offsets"));
    if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > size - start) {
      throw broken(
          "tensor '%s' claims the bytes %s, the file has %d after its header"
              .formatted(name, Arrays.toString(offsets), size - start));
    }
    spans.add(new Span(name, start + offsets[0], start + offsets[1]));
    Optional<DType> dtype =
        Arrays.stream(DType.values())
            .filter(known -> known.safetensorsName().equals(dtypeName))
            .findFirst();
    if (dtype.isEmpty()) {
      foreignTensors.put(name, dtypeName);
      return;
    }
    if (byteSize(dtype.get(), shape) != offsets[1] - offsets[0]) {
      throw broken(
          "tensor '%s' of shape %s does not fit its %d bytes"
              .formatted(name, Arrays.toString(shape), offsets[1] - offsets[0]));
    }
    entries.put(
        name, new TensorEntry(name, dtype.get(), shape, start + offsets[0], start + offsets[1]));
  }

  /** -1 where the sizes, or the strides of an empty tensor, overflow. */
  private static long byteSize(DType dtype, long[] shape) {
    try {
      long strides = dtype.byteSize();
      for (long axis : shape) {
        strides = Math.multiplyExact(strides, Math.max(axis, 1));
      }
      return Arrays.stream(shape).anyMatch(axis -> axis == 0) ? 0 : strides;
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  private long[] longs(String name, JsonNode json) {
    if (!json.isArray()) {
      throw broken("tensor '%s' lacks its shape or its data_offsets".formatted(name));
    }
    if (json.size() > MAX_AXES) {
      throw broken("tensor '%s' has %d axes".formatted(name, json.size()));
    }
    long[] values = new long[json.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = json.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
        throw broken("tensor '%s' has the impossible size or offset %s".formatted(name, value));
      }
      values[i] = value.asLong();
    }
    return values;
  }

  /** The format forbids overlaps, holes and bytes that belong to no tensor. */
  private void requireContiguous() {
    spans.sort(Comparator.comparingLong(Span::begin).thenComparing(Span::end));
    long position = start;
    for (Span span : spans) {
      if (span.begin() != position) {
        throw broken(
            "tensor '%s' starts at byte %d where %d is expected"
                .formatted(span.name(), span.begin(), position));
      }
      position = span.end();
    }
    if (position != size) {
      throw broken("%d bytes after the last tensor belong to none".formatted(size - position));
    }
  }

  private InvalidInputException broken(String what) {
    return SafetensorsFile.broken(path, what);
  }
}
