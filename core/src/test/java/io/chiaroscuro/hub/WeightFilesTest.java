package io.chiaroscuro.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WeightFilesTest {

  private static final String NAME = "diffusion_pytorch_model";
  private static final String PLAIN = NAME + ".safetensors";
  private static final String HALF = NAME + ".fp16.safetensors";
  private static final String PICKLE = NAME + ".bin";

  private static List<String> choose(String... names) {
    return WeightFiles.among(List.of(names)).choose(Optional.empty(), Set.of());
  }

  private static List<String> half(String... names) {
    return WeightFiles.among(List.of(names)).choose(Optional.of("fp16"), Set.of());
  }

  @Test
  void takesOneForm() {
    assertThat(choose(PICKLE, HALF, PLAIN, NAME + ".non_ema.safetensors")).containsExactly(PLAIN);
    assertThat(choose("model.safetensors", "pytorch_model.bin", "flax_model.msgpack"))
        .containsExactly("model.safetensors");
    assertThat(choose("pytorch_model.bin", "tf_model.h5", "rust_model.ot"))
        .containsExactly("pytorch_model.bin");
    assertThat(choose(NAME + ".non_ema.bin", NAME + ".fp16.bin"))
        .containsExactly(NAME + ".fp16.bin");
    assertThat(choose(NAME + ".non_ema.bin")).containsExactly(NAME + ".non_ema.bin");
  }

  @Test
  void takesTheVariantWhereItIsAskedFor() {
    assertThat(half(PICKLE, HALF, PLAIN)).containsExactly(HALF);
    assertThat(half(PLAIN, PICKLE)).containsExactly(PLAIN);
    assertThat(half(NAME + ".fp16.bin", PLAIN)).containsExactly(PLAIN);
    assertThat(choose(HALF, PICKLE)).containsExactly(HALF);
  }

  @Test
  void takesAllShardsWithTheirIndex() {
    String index = PLAIN + ".index.json";
    String first = NAME + "-00001-of-00002.safetensors";
    String second = NAME + "-00002-of-00002.safetensors";
    assertThat(choose(index, first, second, PICKLE)).containsExactly(index, first, second);
    assertThat(choose(index, first, PICKLE)).containsExactly(PICKLE);
    assertThat(choose(first, second)).isEmpty();
    assertThat(choose(index, first, second, PLAIN)).containsExactly(PLAIN);
  }

  @Test
  void knowsTheNamesOfShardsOfVariants() {
    String before = NAME + ".fp16-00001-of-00001.safetensors";
    String after = NAME + "-00001-of-00001.fp16.safetensors";
    for (String shard : List.of(before, after)) {
      for (String index : List.of(NAME + ".safetensors.index.fp16.json", HALF + ".index.json")) {
        assertThat(half(index, shard)).containsExactly(index, shard);
      }
    }
  }

  @Test
  void isContentWithWhatIsHere() {
    WeightFiles files = WeightFiles.among(List.of(PLAIN, HALF, PICKLE));
    assertThat(files.choose(Optional.empty(), Set.of(HALF))).containsExactly(HALF);
    assertThat(files.choose(Optional.of("fp16"), Set.of(PLAIN))).containsExactly(PLAIN);
    assertThat(files.choose(Optional.empty(), Set.of(PICKLE))).containsExactly(PLAIN);
  }

  @Test
  void takesNothingElse() {
    assertThat(
            choose(
                "diffusion_flax_model.msgpack",
                "model.onnx",
                "model.onnx_data",
                "openvino_model.bin",
                "openvino_model.xml",
                "v1-5-pruned-emaonly.safetensors",
                "optimizer.bin",
                "config.json"))
        .isEmpty();
  }
}
