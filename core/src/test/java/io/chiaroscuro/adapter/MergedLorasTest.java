package io.chiaroscuro.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two LoRAs at once against diffusers' {@code set_adapters} and {@code fuse_lora}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MergedLorasTest {

  private static final LoraWeight OF_DIFFUSERS = new LoraWeight(0.6, 0.25);
  private static final LoraWeight OF_KOHYA = new LoraWeight(-0.5, 0.75);

  private TinyNetworks networks;

  @BeforeAll
  void build() {
    networks = TinyNetworks.family1();
  }

  @AfterAll
  void close() {
    networks.close();
  }

  private Lora read(String name) {
    return LoraFile.read(
        Fixture.path("adapters/files/" + name + ".safetensors"), networks.weights());
  }

  private List<float[]> weights() {
    List<float[]> all = new ArrayList<>();
    networks
        .weights()
        .values()
        .forEach(network -> network.tensors().values().forEach(t -> all.add(Tensors.floats(t))));
    return all;
  }

  private static void assertSame(List<float[]> actual, List<float[]> expected) {
    assertThat(actual.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
  }

  @Test
  void besideTheLayersEqualsSetAdapters() {
    try (var scope = new TensorScope();
        var diffusers = read("diffusers");
        var kohya = read("kohya")) {
      diffusers.attach(OF_DIFFUSERS);
      kohya.attach(OF_KOHYA);
      AdaptedOutputs.of(networks).assertEqual("several", "");
    }
  }

  @Test
  void mergedEqualsFuseLora() {
    try (var scope = new TensorScope();
        var diffusers = read("diffusers");
        var kohya = read("kohya");
        var expected = Fixture.tensors("adapters/formats/several.expected");
        var merged =
            MergedLoras.merge(
                List.of(
                    new WeightedLora(diffusers, OF_DIFFUSERS),
                    new WeightedLora(kohya, OF_KOHYA)))) {
      AdaptedOutputs.of(networks).assertEqual("several", "fused.");
      AdaptedOutputs.of(networks).assertEqual("several", "");
      networks
          .weights()
          .forEach(
              (component, network) ->
                  expected.entries().keySet().stream()
                      .filter(name -> name.startsWith(component.folder() + "."))
                      .forEach(
                          name -> {
                            String own = name.substring(component.folder().length() + 1);
                            Fixture.assertClose(
                                network.tensors().get(own), expected.tensor(name), 1e-6);
                          }));
    }
  }

  @Test
  void takenOffTheNetworksAreWhatTheyWere() {
    try (var scope = new TensorScope()) {
      List<float[]> weights = weights();
      List<float[]> outputs = AdaptedOutputs.of(networks).floats();
      try (var diffusers = read("diffusers");
          var kohya = read("kohya")) {
        kohya.attach(1);
        MergedLoras first = MergedLoras.merge(List.of(new WeightedLora(diffusers, OF_DIFFUSERS)));
        MergedLoras second = MergedLoras.merge(List.of(new WeightedLora(kohya, OF_KOHYA)));
        AdaptedOutputs.of(networks).assertEqual("several", "fused.");
        assertThatThrownBy(first::close).isInstanceOf(IllegalStateException.class);
        second.close();
        second.close();
        first.close();
      }
      assertSame(weights(), weights);
      assertSame(AdaptedOutputs.of(networks).floats(), outputs);
    }
  }

  /** The sum is exact in float64; bfloat16 has 8 bits, so that rounding twice would show. */
  @Test
  void roundsOnce() {
    String name = "layer.weight";
    try (var scope = new TensorScope();
        var weights = Weights.seeded(1, DType.BFLOAT16, Device.CPU);
        var factors = Weights.seeded(2, DType.FLOAT32, Device.CPU)) {
      Tensor weight = weights.get(name, 64, 48);
      weights.at("layer").adapters();
      List<WeightedLora> loras = new ArrayList<>();
      Tensor exact = weight.to(DType.FLOAT64.torch());
      for (int i = 0; i < 5; i++) {
        Tensor down = scope.own(factors.get("down" + i, 2, 48).clone());
        Tensor up = scope.own(factors.get("up" + i, 64, 2).clone());
        var adapters = Map.of("layer", new LowRankAdapter(down, up, 0.5));
        Lora lora = new Lora(Map.of(Component.UNET, weights), Map.of(Component.UNET, adapters));
        loras.add(new WeightedLora(lora, LoraWeight.of(0.25)));
        exact =
            exact.add(
                up.to(DType.FLOAT64.torch())
                    .matmul(down.to(DType.FLOAT64.torch()))
                    .mul(new Scalar(0.125)));
      }
      try (var merged = MergedLoras.merge(loras)) {
        assertThat(DType.of(weight)).isEqualTo(DType.BFLOAT16);
        assertThat(Tensors.floats(weight))
            .isEqualTo(Tensors.floats(exact.to(DType.BFLOAT16.torch())));
      }
      loras.forEach(weighted -> weighted.lora().close());
    }
  }
}
