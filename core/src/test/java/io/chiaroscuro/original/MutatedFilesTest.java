package io.chiaroscuro.original;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.TensorFiles;
import io.chiaroscuro.checkpoint.TensorLocation;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.TorchSave;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.StoredTensor;
import io.chiaroscuro.tensor.TensorFile;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of every format, altered at random: each is either read, all of it, or refused in one
 * sentence. Some thousands by default, as many as {@code -Dchiaroscuro.mutations=100000} says.
 */
class MutatedFilesTest {

  private static final int MUTATIONS = Integer.getInteger("chiaroscuro.mutations", 4000);

  @TempDir Path folder;

  private final Random random = new Random(4);

  /** Makes an altered file of a sound one. */
  private interface Mutation {
    void write(Path path) throws IOException;
  }

  @Test
  void areReadOrRefusedInOneSentence() throws IOException {
    List<Mutation> kinds = kinds();
    int[] read = new int[kinds.size()];
    for (int i = 0; i < MUTATIONS; i++) {
      int kind = i % kinds.size();
      Path path = folder.resolve("mutated");
      Files.deleteIfExists(path);
      kinds.get(kind).write(path);
      read[kind] += isRead(path, i) ? 1 : 0;
    }
    // Alterations of mere numbers pass; those of what describes them do not.
    int each = MUTATIONS / kinds.size();
    for (int count : read) {
      assertThat(count).isBetween(each / 100, each - each / 20);
    }
  }

  private List<Mutation> kinds() throws IOException {
    List<Mutation> kinds = new ArrayList<>();
    try (var scope = new TensorScope()) {
      Path safetensors = folder.resolve("single.safetensors");
      SafetensorsWriter.write(safetensors, smallest(), Map.of("modelspec.prediction_type", "v"));
      Path ckpt = folder.resolve("single.ckpt");
      TorchSave.checkpoint(ckpt, smallest(), 875000);
      for (Path sound :
          List.of(
              Fixture.path("safetensors/every-dtype.safetensors"),
              safetensors,
              Fixture.path("pickle/views.bin"),
              Fixture.path("pickle/lightning.bin"),
              Fixture.path("pickle/legacy-lightning.bin"),
              ckpt)) {
        byte[] bytes = Files.readAllBytes(sound);
        kinds.add(path -> Files.write(path, mutate(bytes)));
      }
      for (Path sound : List.of(Fixture.path("pickle/embedding.bin"), ckpt)) {
        kinds.add(withinArchive(sound));
      }
    }
    return kinds;
  }

  /** What no alteration of the archive around it would reach: the pickle alone is altered. */
  private Mutation withinArchive(Path sound) throws IOException {
    Map<String, byte[]> records = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(sound.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String name = entry.getName();
        records.put(
            name.substring(name.indexOf('/') + 1), zip.getInputStream(entry).readAllBytes());
      }
    }
    byte[] pickle = records.remove("data.pkl");
    records.remove("byteorder");
    return path -> {
      byte[] altered = mutate(Arrays.copyOfRange(pickle, 2, pickle.length));
      TorchSave file = new TorchSave().raw(altered);
      records.forEach(file::record);
      file.write(path);
    };
  }

  /** One to four alterations of the kinds by which files are damaged, and lies are told. */
  private byte[] mutate(byte[] sound) {
    byte[] bytes = sound.clone();
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 16; i--) {
      // Descriptions stand at the beginning of files, directories at their end.
      int at = random.nextInt(random.nextInt(4) == 0 ? bytes.length - 8 : bytes.length / 3);
      switch (random.nextInt(8)) {
        case 0 -> bytes = Arrays.copyOf(bytes, bytes.length - random.nextInt(bytes.length / 4));
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = (byte) random.nextInt(256);
        case 3 -> bytes[at] = (byte) "0123456789[]{},:\"-.tRQ}(ubse".charAt(random.nextInt(28));
        case 4 -> ByteBuffer.wrap(bytes).putInt(at, random.nextInt());
        case 5 -> ByteBuffer.wrap(bytes).putLong(at, random.nextBoolean() ? -1 : Long.MAX_VALUE);
        case 6 -> { // A stretch of it once more elsewhere
          int from = random.nextInt(bytes.length - 8);
          System.arraycopy(
              bytes,
              from,
              bytes,
              at,
              Math.min(1 + random.nextInt(8), bytes.length - Math.max(from, at)));
        }
        default -> { // A stretch left out
          int count = 1 + random.nextInt(8);
          byte[] shorter = Arrays.copyOf(bytes, bytes.length - count);
          System.arraycopy(
              bytes,
              Math.min(at + count, bytes.length),
              shorter,
              at,
              Math.max(0, shorter.length - at));
          bytes = shorter;
        }
      }
    }
    return bytes;
  }

  /** Reads all there is, as a file of tensors and as a checkpoint where it is one. */
  private static boolean isRead(Path path, int number) {
    try (var scope = new TensorScope();
        TensorFile file = TensorFiles.open(path)) {
      for (StoredTensor entry : file.entries().values()) {
        try (var inner = new TensorScope()) {
          Tensor tensor = file.tensor(entry.name());
          assertThat(Tensors.shape(tensor)).containsExactly(entry.shape());
          assertThat((long) Tensors.doubles(tensor).length * entry.dtype().byteSize())
              .isEqualTo(entry.byteSize());
        }
      }
      if (SingleFile.recognise(file).isPresent()) {
        SingleFile single = SingleFile.of(file, Optional.empty());
        single.settings();
        single
            .networks()
            .values()
            .forEach(weights -> weights.locations().values().forEach(TensorLocation::read));
      }
      return true;
    } catch (InvalidInputException e) {
      assertThat(e.getMessage()).matches(".+[.?]").hasSizeLessThan(1000);
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("Mutation %d".formatted(number), e);
    }
  }

  /** A checkpoint of 2.x as small as one can be, of which no picture could be made. */
  private static Map<String, Tensor> smallest() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    String unet = "model.diffusion_model.";
    shapes.put(unet + "input_blocks.0.0.weight", new long[] {2, 4, 1, 1});
    shapes.put(unet + "input_blocks.1.0.in_layers.2.weight", new long[] {2, 2, 1, 1});
    shapes.put(unet + "input_blocks.2.0.op.weight", new long[] {2});
    shapes.put(unet + "middle_block.1.proj_in.weight", new long[] {2, 2});
    shapes.put(unet + "middle_block.1.transformer_blocks.0.attn2.to_k.weight", new long[] {2, 3});
    shapes.put(unet + "out.2.weight", new long[] {4, 2});
    String vae = "first_stage_model.";
    shapes.put(vae + "encoder.conv_in.weight", new long[] {2, 3});
    shapes.put(vae + "encoder.down.0.block.0.conv1.weight", new long[] {2, 2});
    shapes.put(vae + "encoder.mid.attn_1.q.weight", new long[] {2, 2, 1, 1});
    shapes.put(vae + "decoder.conv_in.weight", new long[] {2, 4});
    shapes.put(vae + "decoder.conv_out.weight", new long[] {3, 2});
    String text = "cond_stage_model.model.";
    shapes.put(text + "token_embedding.weight", new long[] {5, 3});
    shapes.put(text + "positional_embedding", new long[] {7, 3});
    shapes.put(text + "transformer.resblocks.0.ln_1.weight", new long[] {3});
    shapes.put(text + "transformer.resblocks.0.mlp.c_fc.weight", new long[] {6, 3});
    shapes.put(text + "transformer.resblocks.0.attn.in_proj_weight", new long[] {9, 3});
    shapes.forEach((name, shape) -> tensors.put(name, Tensors.zeros(DType.FLOAT16, shape)));
    return tensors;
  }
}
