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
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
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
        "embedding",
        "legacy-dict",
        "legacy-state-dict",
        "legacy-every-dtype",
        "legacy-views",
        "legacy-lightning"
      })
  void readsWhatTorchSaveWrote(String file) {
    String name = file.replace("legacy-", "");
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("pickle/expected");
        var pickle = PickleFile.open(Fixture.path("pickle/%s.bin".formatted(file)))) {
      List<String> wanted =
          expected.entries().keySet().stream().filter(n -> n.startsWith(name + "/")).toList();
      assertThat(wanted).isNotEmpty();
      for (String full : wanted) {
        String key = full.substring(name.length() + 1);
        Tensor tensor = pickle.tensor(key);
        assertThat(DType.of(tensor)).as(key).isEqualTo(expected.entries().get(full).dtype());
        assertThat(Tensors.shape(tensor))
            .as(key)
            .containsExactly(expected.entries().get(full).shape())
            .containsExactly(pickle.entries().get(key).shape());
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

  @ParameterizedTest
  @ValueSource(strings = {"evil", "legacy-evil"})
  void refusesAProgramByName(String name) {
    assertRefused(
        Fixture.path("pickle/%s.bin".formatted(name)),
        "would have Python load and run",
        ".system'");
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
  void refusesWhatIsNone() throws IOException {
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
    assertLie(s -> s.tensor("FloatStorage", "1", 4, 0, four, one), "'1' of tensor 'w' is missing");
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

  /** The format of before version 1.6: each of its parts wrong in its turn. */
  @Test
  void refusesMalformedLegacyFiles() throws IOException {
    byte[] magic = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");
    byte[] version = HexFormat.of().parseHex("80024de9032e");
    byte[] system = new TorchSave().bytes('}').text("little_endian").bytes(0x88, 's').pickle();
    byte[] object = tensorOf4("FloatStorage", 4).pickle();
    byte[] keys = new TorchSave().bytes(']').text("0").bytes('a').pickle();
    byte[] storage = ByteBuffer.allocate(24).put(0, (byte) 4).array();
    Path sound = legacy(magic, version, system, object, keys, storage);
    try (var scope = new TensorScope();
        var file = PickleFile.open(sound)) {
      assertThat(Tensors.floats(file.tensor("w"))).containsExactly(0, 0, 0, 0);
    }
    byte[] none = new TorchSave().bytes('N').pickle();
    assertRefused(legacy(none, version, system, object, keys, storage), "none that torch.save");
    assertRefused(legacy(magic, none, system, object, keys, storage), "none that torch.save");
    assertRefused(legacy(magic, version, none, object, keys, storage), "not little-endian");
    assertRefused(legacy(magic, version, system, none, keys, storage), "the storage '0'");
    assertRefused(legacy(magic, version, system, object, none, storage), "does not list");
    assertRefused(legacy(magic, version, system, object), "end in the middle");
    byte[] empty = new TorchSave().bytes(']').pickle();
    assertRefused(legacy(magic, version, system, object, empty), "'0' of tensor 'w' is missing");
    assertRefused(legacy(magic, version, system, object, keys), "does not have 4 elements");
    assertRefused(
        legacy(magic, version, system, object, keys, new byte[24]), "does not have 4 elements");
    assertRefused(
        legacy(magic, version, system, object, keys, Arrays.copyOf(storage, 23)),
        "of 4 elements is longer than the file");
    byte[] huge = tensorOf4("FloatStorage", 1L << 62).pickle();
    byte[] hugeStorage = ByteBuffer.allocate(24).put(7, (byte) 0x40).array();
    assertRefused(
        legacy(magic, version, system, huge, keys, hugeStorage), "is longer than the file");
    byte[] foreign = tensorOf4("ComplexFloatStorage", 4).pickle();
    assertRefused(
        legacy(magic, version, system, foreign, keys, storage), "has a ComplexFloatStorage");
  }

  /** The format of old kept the source text of what it thought worth it. */
  @Test
  void readsModulesBesideTheirSource() throws IOException {
    Path path = folder.resolve("module.pt");
    new TorchSave()
        .record("data/0", new byte[16])
        .bytes('(')
        .text("module")
        .global("torch.nn.modules.container", "ParameterDict")
        .text("container.py")
        .text("class ParameterDict: ...")
        .bytes('t', 'Q', ')', 0x81)
        .bytes('}')
        .text("w")
        .tensor("FloatStorage", "0", 4, 0, new long[] {4}, new long[] {1})
        .bytes('s', 'b')
        .write(path);
    try (var file = PickleFile.open(path)) {
      assertThat(file.entries()).containsOnlyKeys("w");
    }
  }

  private static TorchSave tensorOf4(String storage, long count) {
    return new TorchSave()
        .bytes('}')
        .text("w")
        .tensor(storage, "0", count, 0, new long[] {4}, new long[] {1})
        .bytes('s');
  }

  private Path legacy(byte[]... parts) throws IOException {
    Path path = folder.resolve("legacy.bin");
    try (OutputStream out = Files.newOutputStream(path)) {
      for (byte[] part : parts) {
        out.write(part);
      }
    }
    return path;
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
    byte[] legacy = Files.readAllBytes(Fixture.path("pickle/legacy-lightning.bin"));
    for (int length = 1; length < legacy.length; length += 97) {
      assertRefused(Files.write(path, Arrays.copyOf(legacy, length)), "no usable file of PyTorch");
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
