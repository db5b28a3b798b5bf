package io.chiaroscuro.training.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.adapter.LoraFormat;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.subject.LoraConfig.InitLoraWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoraConfigTest {

  private static final LoraConfig BOTH_NETWORKS =
      LoraConfig.of(4).withTargetModules(Component.TEXT_ENCODER, LoraConfig.TEXT_ENCODER_TARGETS);

  private Path checkpoint;
  private StableDiffusion model;
  private SeededGenerator generator;
  @TempDir Path folder;

  @BeforeAll
  void write(@TempDir Path checkpoint) {
    this.checkpoint = checkpoint;
    SeededStableDiffusion.write(checkpoint, 0);
    model = load(DType.FLOAT32);
  }

  @AfterAll
  void close() {
    model.close();
  }

  @BeforeEach
  void seed() {
    generator = new SeededGenerator(3);
  }

  @AfterEach
  void closeGenerator() {
    generator.close();
  }

  private StableDiffusion load(DType dtype) {
    return StableDiffusion.load(checkpoint, Device.CPU, dtype);
  }

  private static Tensor predict(StableDiffusion model) {
    try (var scope = new TensorScope();
        var noise = new SeededGenerator(5)) {
      Tensor hidden = model.textEncoder().forward(model.tokenizer().tensor(List.of("a night")));
      return scope.keep(
          model.unet().forward(noise.randn(model.dtype(), 1, 4, 16, 16), 500, hidden));
    }
  }

  private static Tensor loss(StableDiffusion model) {
    try (var scope = new TensorScope();
        var noise = new SeededGenerator(6)) {
      return scope.keep(
          torch.mse_loss(predict(model).to(DType.FLOAT32.torch()), noise.randn(1, 4, 16, 16)));
    }
  }

  /** Plain gradient descent; returns the loss before each step. */
  private static double[] descend(
      StableDiffusion model, Iterable<Tensor> learnt, int steps, double rate) {
    double[] losses = new double[steps];
    for (int step = 0; step < steps; step++) {
      try (var scope = new TensorScope()) {
        Tensor loss = loss(model);
        losses[step] = loss.item_double();
        loss.backward();
        var noGrad = new NoGradGuard();
        for (Tensor tensor : learnt) {
          tensor.sub_(tensor.grad(), new Scalar(rate));
          tensor.grad().zero_();
        }
        noGrad.close();
      }
    }
    return losses;
  }

  @Test
  void adaptsWhatDiffusersScriptsAdapt() {
    try (var lora = BOTH_NETWORKS.create(model.networks(), generator)) {
      Map<String, Tensor> tensors = lora.tensors();
      assertThat(lora.adapters().get(Component.UNET)).hasSize(4 * 2 * 4);
      assertThat(lora.adapters().get(Component.TEXT_ENCODER)).hasSize(2 * 4);
      assertThat(tensors).hasSize(2 * 40);
      String name = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k.lora_";
      assertThat(Tensors.shape(tensors.get(name + "A.weight"))).containsExactly(4, 32);
      assertThat(Tensors.shape(tensors.get(name + "B.weight"))).containsExactly(64, 4);
      assertThat(tensors.values()).allMatch(t -> t.requires_grad() && t.is_leaf());
    }
  }

  @Test
  void adaptsConvolutionsToo() {
    try (var lora =
        LoraConfig.of(3)
            .withTargetModules(Component.UNET, List.of("conv1", "downsamplers.0.conv", "conv_in"))
            .create(model.networks(), generator)) {
      Map<String, Tensor> tensors = lora.tensors();
      assertThat(tensors).containsKey("unet.conv_in.lora_A.weight");
      String name = "unet.down_blocks.0.downsamplers.0.conv.lora_";
      assertThat(Tensors.shape(tensors.get(name + "A.weight"))).containsExactly(3, 32, 3, 3);
      assertThat(Tensors.shape(tensors.get(name + "B.weight"))).containsExactly(32, 3, 1, 1);
    }
  }

  @Test
  void beginsAsTheNetworkWas() {
    try (var scope = new TensorScope()) {
      float[] before = Tensors.floats(predict(model));
      try (var lora = BOTH_NETWORKS.create(model.networks(), generator)) {
        assertThat(Tensors.floats(predict(model).detach())).isEqualTo(before);
      }
      assertThat(predict(model).requires_grad()).isFalse();
    }
  }

  @Test
  void drawsAsPeft() {
    var config = new LoraConfig(16, 8, InitLoraWeights.KAIMING_UNIFORM, Map.of());
    config = config.withTargetModules(Component.UNET, List.of("conv1"));
    try (var scope = new TensorScope();
        var lora = config.create(model.networks(), generator)) {
      Tensor down = lora.tensors().get("unet.mid_block.resnets.0.conv1.lora_A.weight");
      double bound = 1 / Math.sqrt(64 * 9);
      assertThat(down.abs().max().item_double()).isCloseTo(bound, within(0.01 * bound));
      assertThat(down.std(true).item_double())
          .isCloseTo(bound / Math.sqrt(3), within(0.05 * bound));
      assertThat(lora.adapters().get(Component.UNET).values()).allMatch(a -> a.scale() == 0.5);
    }
    try (var scope = new TensorScope();
        var lora = LoraConfig.of(16).create(model.networks(), generator)) {
      Tensor down =
          lora.tensors()
              .get("unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight");
      assertThat(down.std(true).item_double()).isCloseTo(1.0 / 16, within(0.1 / 16));
    }
  }

  @Test
  void learnsWhileTheNetworksStay() {
    try (var scope = new TensorScope();
        var lora = BOTH_NETWORKS.create(model.networks(), generator)) {
      double[] losses = descend(model, lora.tensors().values(), 8, 2);
      assertThat(losses[7]).isLessThan(0.9 * losses[0]);
      model.networks().values().stream()
          .flatMap(weights -> weights.tensors().values().stream())
          .forEach(tensor -> assertThat(tensor.requires_grad()).isFalse());
    }
  }

  @Test
  void learnsInFloat32BesideABfloat16Network() {
    try (var scope = new TensorScope();
        var half = load(DType.BFLOAT16);
        var lora = BOTH_NETWORKS.create(half.networks(), generator)) {
      double[] losses = descend(half, lora.tensors().values(), 8, 2);
      assertThat(losses[7]).isLessThan(0.9 * losses[0]);
      assertThat(lora.tensors().values()).allMatch(t -> DType.of(t) == DType.FLOAT32);
    }
  }

  @ParameterizedTest
  @EnumSource(LoraFormat.class)
  void isTheSameAfterWritingAndReading(LoraFormat format) {
    var config = new LoraConfig(4, 3, InitLoraWeights.GAUSSIAN, BOTH_NETWORKS.targetModules());
    try (var scope = new TensorScope()) {
      float[] untrained = Tensors.floats(predict(model));
      float[] trained;
      try (var lora = config.create(model.networks(), generator)) {
        descend(model, lora.tensors().values(), 4, 0.5);
        trained = Tensors.floats(predict(model).detach());
        LoraFile.write(folder.resolve(LoraFile.NAME), lora, format);
      }
      try (Lora lora = LoraFile.read(folder, model.networks())) {
        assertThat(Tensors.floats(predict(model))).isEqualTo(untrained);
        lora.attach(1);
        float[] read = Tensors.floats(predict(model));
        assertThat(read).isNotEqualTo(untrained);
        assertThat(read).containsExactly(trained, within(1e-5f));
      }
    }
  }

  private static void assertRefused(ThrowingCallable code, String... parts) {
    assertThatThrownBy(code)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void refusesWhatCannotBeMeant() {
    assertRefused(() -> LoraConfig.of(0), "rank", "0");
    assertRefused(() -> new LoraConfig(4, Double.NaN, InitLoraWeights.GAUSSIAN, Map.of()), "alpha");
    assertRefused(
        () ->
            LoraConfig.of(4)
                .withTargetModules(Component.UNET, List.of("to_q", "o_k"))
                .create(model.networks(), generator),
        "unet",
        "o_k");
  }

  @Test
  void aNewWordLearnsAlone() {
    var config = new TextualInversionConfig("<dim>", "night", 3);
    try (var scope = new TensorScope();
        var word = config.create(model.tokenizer(), model.textEncoder());
        var taught = word.teach(model.tokenizer(), model.textEncoder())) {
      long night = model.tokenizer().encode("night").inputIds()[1];
      Tensor table =
          model.textEncoder().weights().tensors().get("embeddings.token_embedding.weight");
      assertThat(word.vectors().is_leaf() && word.vectors().requires_grad()).isTrue();
      assertThat(Tensors.shape(word.vectors())).containsExactly(3, 32);
      for (int i = 0; i < 3; i++) {
        assertThat(Tensors.floats(word.vectors().narrow(0, i, 1).detach()))
            .isEqualTo(Tensors.floats(table.narrow(0, night, 1)));
      }
      Tensor hidden = model.textEncoder().forward(taught.tensor(List.of("a <dim> street")));
      hidden.sum().backward();
      assertThat(word.vectors().grad().abs().sum(1).gt(new Scalar(0.0)).all().item_bool()).isTrue();
      assertThat(table.requires_grad()).isFalse();
      word.write(folder.resolve(LearnedEmbedding.NAME));
      try (var read = LearnedEmbedding.read(folder)) {
        assertThat(read.tokens()).containsExactly("<dim>", "<dim>_1", "<dim>_2");
        assertThat(Tensors.floats(read.vectors())).isEqualTo(Tensors.floats(word.vectors()));
      }
    }
  }

  @Test
  void aWordBeginsAsOneToken() {
    for (String initializer : List.of("", "two words", "zyx")) {
      var config = new TextualInversionConfig("<dim>", initializer, 1);
      assertRefused(
          () -> config.create(model.tokenizer(), model.textEncoder()), "'" + initializer + "'");
    }
    assertRefused(() -> new TextualInversionConfig("<dim>", "night", 0), "0");
  }
}
