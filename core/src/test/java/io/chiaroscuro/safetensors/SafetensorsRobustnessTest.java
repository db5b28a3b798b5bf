package io.chiaroscuro.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a damaged or malicious file can do: be refused, in one sentence. */
class SafetensorsRobustnessTest {

  private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  @Test
  void survivesAThousandAlterations() throws Exception {
    byte[] sound = Files.readAllBytes(Fixture.path("safetensors/every-dtype.safetensors"));
    int header = 8 + (int) ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong();
    var random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = sound.clone();
      switch (i % 4) {
        case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(sound.length));
        case 1 -> bytes[random.nextInt(sound.length)] = (byte) random.nextInt(256);
        case 2 -> bytes[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
        default -> {
          for (int j = 0; j < 20; j++) {
            bytes[random.nextInt(sound.length)] = (byte) ("0123456789[]{},:\"".charAt(j % 17));
          }
        }
      }
      Path path = Files.write(folder.resolve(i + ".safetensors"), bytes);
      refused += isRefused(path) ? 1 : 0;
      Files.delete(path);
    }
    // A byte changed among the numbers is not to be noticed; nearly all else is.
    assertThat(refused).isBetween(700, 990);
  }

  /** Reads everything there is to read. */
  private static boolean isRefused(Path path) {
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(path)) {
      for (TensorEntry entry : file.entries().values()) {
        assertThat(Tensors.shape(file.tensor(entry.name()))).containsExactly(entry.shape());
        assertThat(Tensors.doubles(file.tensor(entry.name())).length * entry.dtype().byteSize())
            .isEqualTo((int) entry.byteSize());
      }
      return false;
    } catch (InvalidInputException e) {
      assertThat(e.getMessage()).contains(path.toString()).endsWith(".").hasLineCount(1);
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[] | 0 | not a JSON object",
        "{\"x\" | 0 | not valid JSON",
        "{\"x\": | 0 | not valid JSON",
        "{} {} | 0 | goes on",
        "{} | 4 | 4 bytes after the last tensor",
        "{\"x\": 1} | 0 | no dtype",
        "{\"x\": null} | 0 | no dtype",
        "{\"x\": {\"dtype\": \"F32\"}} | 4 | lacks its shape",
        "{\"__metadata__\": [1]} | 0 | __metadata__",
        "{\"__metadata__\": {\"a\": {}}} | 0 | 'a' is not a string",
        "F32 | [1000000000000] | [0, 4] | 4 | does not fit",
        "F32 | [1000000000000] | [0, 4000000000000] | 4 | claims the bytes",
        "F32 | [4294967296, 4294967296] | [0, 0] | 0 | does not fit",
        "F32 | [4611686018427387904, 4] | [0, 0] | 0 | does not fit",
        "F32 | [0, 4611686018427387904, 4] | [0, 0] | 0 | does not fit",
        "F32 | [9223372036854775808] | [0, 4] | 4 | impossible size",
        "F32 | [-1] | [0, 4] | 4 | impossible size",
        "F32 | [1.0] | [0, 4] | 4 | impossible size",
        "F32 | [1] | [-4, 0] | 4 | impossible size or offset -4",
        "F32 | [1] | [4, 0] | 4 | claims the bytes",
        "F32 | [1] | [0, 8] | 4 | claims the bytes",
        "F32 | [1] | [0, 9223372036854775807] | 4 | claims the bytes",
        "F32 | [1] | [0, 4, 8] | 8 | claims the bytes",
        "F32 | [1] | [4, 8] | 8 | starts at byte",
        "F32 | [1] | [0, 4] | 8 | 4 bytes after the last tensor",
        "F8_E4M3 | [1] | [0, 5] | 4 | claims the bytes",
      })
  void refusesAHeaderThatLies(String header) throws Exception {
    String[] parts = header.split(" \\| ");
    assertThat(parts.length).isIn(3, 5);
    String json =
        parts.length == 3
            ? parts[0]
            : "{\"x\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}}"
                .formatted(parts[0], parts[1], parts[2]);
    Path path = write(json, Integer.parseInt(parts[parts.length - 2]));
    assertRefused(path, parts[parts.length - 1]);
  }

  @Test
  void refusesTensorsThatShareBytesOrNames() throws Exception {
    String x = "\"x\": {\"dtype\": \"U8\", \"shape\": [4], \"data_offsets\": [0, 4]}";
    String y = "\"y\": {\"dtype\": \"U8\", \"shape\": [4], \"data_offsets\": [2, 6]}";
    assertRefused(write("{%s, %s}".formatted(x, y), 6), "tensor 'y' starts at byte");
    assertRefused(write("{%s, %s}".formatted(x, x), 4), "Duplicate field 'x'");
    assertRefused(write("{%s, %s}".formatted(x, x.replace("\"x\"", "\"y\"")), 4), "starts at byte");
  }

  @Test
  void refusesDeepNestingAndManyAxes() throws Exception {
    assertRefused(write("{\"x\": " + "[".repeat(1_000_000), 0), "not valid JSON");
    String ones = "[" + "1,".repeat(1_000_000) + "1]";
    String entry = "{\"x\": {\"dtype\": \"U8\", \"shape\": %s, \"data_offsets\": [0, 1]}}";
    assertRefused(write(entry.formatted(ones), 1), "1000001 axes");
  }

  @Test
  void keepsMessagesShortWhateverTheNames() throws Exception {
    String name = "x\\n\\u001b[31m" + "y".repeat(10_000);
    assertRefused(write("{\"%s\": 1}".formatted(name), 0), "tensor 'x??[31myyy");
  }

  @Test
  void refusesWhatIsNotUtf8() throws Exception {
    Path path = folder.resolve("latin1.safetensors");
    byte[] header = "{\"__metadata__\": {\"a\": \"é\"}}".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(path, withLength(header.length, header, 0));
    assertRefused(path, "not valid UTF-8");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void refusesAHeaderLengthThatLies(long length) throws Exception {
    Path path = Files.write(folder.resolve("a"), withLength(length, new byte[] {'{', '}'}, 0));
    long before = MEMORY.getCurrentThreadAllocatedBytes();
    assertRefused(path, "header claims " + Long.toUnsignedString(length) + " bytes");
    assertThat(MEMORY.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
  }

  @Test
  void mapsAHugeFileWithoutReadingIt() throws Exception {
    // The file is sparse: gigabytes of it take no room on disk.
    long size = 3L << 30;
    Path path = folder.resolve("sparse.safetensors");
    String json =
        "{\"x\": {\"dtype\": \"U8\", \"shape\": [%d], \"data_offsets\": [0, %d]}}"
            .formatted(size, size);
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    Files.write(path, withLength(header.length, header, 0));
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(8 + header.length + size);
    }
    long before = MEMORY.getCurrentThreadAllocatedBytes();
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(path)) {
      assertThat(file.tensor("x").narrow(0, size - 1, 1).item_byte()).isZero();
    }
    assertThat(MEMORY.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
  }

  @Test
  void refusesWhatIsNoFile() throws Exception {
    assertRefused(folder, "it is a folder");
    assertRefused(folder.resolve("absent"), "no such file");
    assertRefused(Files.createFile(folder.resolve("empty")), "it has 0 bytes");
  }

  @Test
  void noticesThatTheFileChangedAfterOpening() throws Exception {
    Path path = folder.resolve("a.safetensors");
    byte[] sound = Files.readAllBytes(Fixture.path("safetensors/every-dtype.safetensors"));
    Files.write(path, sound);
    try (var file = SafetensorsFile.open(path)) {
      Files.write(path, Arrays.copyOf(sound, sound.length - 1));
      assertThatThrownBy(() -> file.tensor("float32"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("shorter since it was opened");
      Files.delete(path);
      assertThatThrownBy(() -> file.tensor("float32")).isInstanceOf(InvalidInputException.class);
    }
  }

  private void assertRefused(Path path, String reason) {
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .contains(path.toString(), reason)
        .endsWith(".")
        .hasLineCount(1)
        .hasSizeLessThan(600);
  }

  private Path write(String header, int dataBytes) throws Exception {
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    Path path = folder.resolve("lying.safetensors");
    return Files.write(path, withLength(bytes.length, bytes, dataBytes));
  }

  private static byte[] withLength(long length, byte[] header, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .array();
  }
}
