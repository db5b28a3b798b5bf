package io.chiaroscuro.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.TorchSave;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PickleFileTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dict",
        "ordered",
        "state-dict",
        "parameter",
        "every-dtype",
        "views",
        "nested",
        "lightning",
        "embedding"
      })
  void readsWhatTorchSaveWrote(String name) {
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("pickle/expected");
        var file = PickleFile.open(Fixture.path("pickle/%s.bin".formatted(name)))) {
      List<String> wanted =
          expected.entries().keySet().stream().filter(n -> n.startsWith(name + "/")).toList();
      assertThat(wanted).isNotEmpty();
      for (String full : wanted) {
        String key = full.substring(name.length() + 1);
        Tensor tensor = file.tensor(key);
        assertThat(DType.of(tensor)).as(key).isEqualTo(expected.entries().get(full).dtype());
        assertThat(Tensors.shape(tensor))
            .as(key)
            .containsExactly(expected.entries().get(full).shape())
            .containsExactly(file.entries().get(key).shape());
        assertThat(Tensors.doubles(tensor))
            .as(key)
            .containsExactly(Tensors.doubles(expected.tensor(full)));
      }
    }
  }

  @Test
  void keepsTheOrderAndWhatStandsBeside() {
    try (var ordered = PickleFile.open(Fixture.path("pickle/ordered.bin"));
        var nested = PickleFile.open(Fixture.path("pickle/nested.bin"));
        var lightning = PickleFile.open(Fixture.path("pickle/lightning.bin"));
        var embedding = PickleFile.open(Fixture.path("pickle/embedding.bin"))) {
      assertThat(List.copyOf(ordered.entries().keySet())).containsExactly("b", "a");
      assertThat(nested.metadata())
          .containsEntry("global_step", "875000")
          .containsEntry("lr", "0.5")
          .containsEntry("done", "true");
      assertThat(lightning.metadata()).containsEntry("global_step", "470000");
      assertThat(lightning.entries()).containsKey("linear.weight").hasSize(7);
      assertThat(embedding.metadata()).containsEntry("name", "style");
      assertThat(embedding.entries()).containsKey("string_to_token.*");
    }
  }

  @Test
  void mapsRatherThanCopies() {
    try (var scope = new TensorScope();
        var file = PickleFile.open(Fixture.path("pickle/views.bin"))) {
      long distance =
          file.tensor("rows").data_ptr().address() - file.tensor("whole").data_ptr().address();
      assertThat(distance).isEqualTo(5 * 4);
    }
  }

  @Test
  void namesElementTypesItCannotRead() {
    try (var scope = new TensorScope();
        var file = PickleFile.open(Fixture.path("pickle/foreign.bin"))) {
      assertThat(file.foreignTensors()).containsOnlyKeys("float8");
      assertThat(Tensors.floats(file.tensor("w"))).containsExactly(1, 1);
      assertThatThrownBy(() -> file.tensor("float8"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("float8");
      assertThatThrownBy(() -> file.tensor("absent"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("'absent'");
    }
  }

  @Test
  void refusesAProgramByName() {
    assertRefused(Fixture.path("pickle/evil.bin"), "would have Python load and run", ".system'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "os system",
        "posix system",
        "nt system",
        "builtins eval",
        "builtins exec",
        "builtins getattr",
        "__builtin__ apply",
        "subprocess Popen",
        "torch load",
        "torch.hub load",
        "numpy.testing._private.utils runstring",
        "webbrowser open",
        "torch.jit _script",
        "pickle loads",
        "ctypes CDLL",
        "a\u001b[31m b"
      })
  void refusesEveryNameThatNoWeightsNeed(String name) throws IOException {
    String[] parts = name.split(" ");
    Path path = folder.resolve("evil.ckpt");
    new TorchSave().global(parts[0], parts[1]).text("x").bytes(0x85, 'R').write(path);
    assertRefused(path, parts[0].replace('\u001b', '?') + "." + parts[1]);
    // By the other instruction that names, and without being called.
    new TorchSave().text(parts[0]).text(parts[1]).bytes(0x93).write(path);
    assertRefused(path, parts[0].replace('\u001b', '?') + "." + parts[1]);
  }

  @Test
  void refusesTheFormatOfOldAndWhatIsNone() throws IOException {
    assertRefused(Fixture.path("pickle/legacy.bin"), "before version 1.6");
    assertRefused(Files.writeString(folder.resolve("words.bin"), "only words"), "no ZIP archive");
    assertRefused(Files.createFile(folder.resolve("empty.bin")), "no ZIP archive");
    assertRefused(folder, "it is a folder");
    assertRefused(folder.resolve("absent.bin"), "no such file");
    Path zip = folder.resolve("zip.bin");
    try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(stored("words.txt", 0));
    }
    assertRefused(zip, "without a data.pkl");
  }

  @Test
  void refusesBombs() throws IOException {
    Path bomb = folder.resolve("bomb.ckpt");
    try (var out = new ZipOutputStream(Files.newOutputStream(bomb))) {
      out.putNextEntry(new ZipEntry("archive/data.pkl"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        out.write(zeros);
      }
    }
    assertThat(Files.size(bomb)).isLessThan(1 << 17);
    assertRefused(bomb, "'archive/data.pkl' is compressed");
    // Mappings each of which holds the next, all under one name of many characters.
    TorchSave names = new TorchSave().text("n".repeat(10_000)).bytes('q', 0, '0', '}');
    for (int i = 0; i < 2000; i++) {
      names.bytes('}', 'r', i & 0xff, i >> 8, 0, 1).bytes('0');
    }
    for (int i = 0; i < 2000; i++) {
      names.bytes('h', 0, 'j', i & 0xff, i >> 8, 0, 1, 's', 'j', i & 0xff, i >> 8, 0, 1);
    }
    for (int i = 0; i < 2000; i++) {
      names.bytes('0');
    }
    Path deep = folder.resolve("deep.ckpt");
    names.write(deep);
    assertRefused(deep, "names have more than");
  }

  @Test
  void endsWhereAMappingHoldsItself() throws IOException {
    Path path = folder.resolve("loop.ckpt");
    new TorchSave().bytes('}', 'q', 0).text("state_dict").bytes('h', 0, 's').write(path);
    try (var file = PickleFile.open(path)) {
      assertThat(file.entries()).isEmpty();
    }
  }

  @Test
  void refusesTensorsThatLie() throws IOException {
    long[] one = {1};
    long[] four = {4};
    assertLie(s -> s.tensor("FloatStorage", "0", 4, 0, new long[] {5}, one), "does not fit its 4");
    assertLie(s -> s.tensor("FloatStorage", "0", 4, 1, four, one), "does not fit its 4");
    assertLie(s -> s.tensor("FloatStorage", "0", 4, -1, four, one), "does not fit its 4");
    assertLie(s -> s.tensor("FloatStorage", "0", 4, 0, four, new long[] {-1}), "does not fit");
    assertLie(s -> s.tensor("FloatStorage", "0", 4, 0, new long[] {-4}, one), "does not fit");
    assertLie(s -> s.tensor("FloatStorage", "0", 4, 0, new long[] {2, 2}, one), "does not fit");
    assertLie(s -> s.tensor("FloatStorage", "0", 5, 0, four, one), "needs 5 elements of float32");
    assertLie(s -> s.tensor("LongStorage", "0", 4, 0, four, one), "needs 4 elements of int64");
    assertLie(s -> s.tensor("FloatStorage", "1", 4, 0, four, one), "'data/1' of tensor 'w'");
    assertLie(
        s -> s.tensor("FloatStorage", "0", 4, 0, new long[] {1L << 40}, new long[] {0}), "fit");
    long huge = 1L << 62;
    assertLie(s -> s.tensor("FloatStorage", "0", huge, 0, new long[] {huge}, one), "needs " + huge);
    assertLie(
        s -> s.tensor("FloatStorage", "0", 4, 0, new long[] {huge, 4}, new long[] {4, 1}), "fit");
    assertLie(s -> s.tensor("FloatStorage", "0", 4, 0, new long[100], new long[100]), "100 axes");
  }

  private void assertLie(UnaryOperator<TorchSave> tensor, String reason) throws IOException {
    Path path = folder.resolve("lie.bin");
    TorchSave file = new TorchSave().record("data/0", new byte[16]).bytes('}').text("w");
    tensor.apply(file).bytes('s').write(path);
    assertRefused(path, reason);
  }

  @Test
  void refusesMalformedInstructions() throws IOException {
    assertMalformed(new TorchSave(), "never put down");
    assertMalformed(new TorchSave().bytes('u'), "never opened");
    assertMalformed(new TorchSave().bytes('h', 3), "never remembered");
    assertMalformed(new TorchSave().bytes('i'), "instruction 0x69");
    assertMalformed(new TorchSave().bytes('X', 255, 255, 255, 127), "end in the middle");
    assertMalformed(new TorchSave().bytes('X', 255, 255, 255, 255), "end in the middle");
    assertMalformed(new TorchSave().bytes('c', 'x'), "end in the middle");
    assertMalformed(new TorchSave().bytes(0x80, 9, 'N'), "protocol 9");
    assertMalformed(new TorchSave().bytes('N', 'N', 'R'), "nothing where a Global");
    assertMalformed(new TorchSave().bytes(']', 'N', 'N', 's'), "where a Map belongs");
    assertMalformed(new TorchSave().bytes('}', '(', 'N', 'u'), "key without a value");
    assertMalformed(new TorchSave().number(3), "no mapping");
    assertMalformed(new TorchSave().bytes(')', 'Q'), "leaves out");
  }

  private void assertMalformed(TorchSave file, String reason) throws IOException {
    Path path = folder.resolve("malformed.pt");
    file.write(path);
    assertRefused(path, reason);
  }

  @Test
  void refusesDamage() throws IOException {
    byte[] sound = Files.readAllBytes(Fixture.path("pickle/lightning.bin"));
    Path path = folder.resolve("cut.ckpt");
    for (int length = 0; length < sound.length; length += 97) {
      assertRefused(Files.write(path, Arrays.copyOf(sound, length)), "no usable file of PyTorch");
    }
    Files.write(path, sound);
    try (var file = PickleFile.open(path)) {
      Files.write(path, Arrays.copyOf(sound, sound.length - 1));
      assertThatThrownBy(() -> file.tensor("linear.bias"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("shorter since it was opened");
    }
  }

  private static ZipEntry stored(String name, int size) {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(size);
    entry.setCrc(0);
    return entry;
  }

  private static void assertRefused(Path path, String... reasons) {
    assertThatThrownBy(() -> PickleFile.open(path))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .contains(path.toString())
        .contains(reasons)
        .endsWith(".")
        .hasLineCount(1)
        .hasSizeLessThan(700);
  }
}
