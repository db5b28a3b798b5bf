package io.chiaroscuro.unet;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.fixtures.ChildJvm;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.nn.GradientCheckpointing;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradientCheckpointingTest {

  private static final int TEXT_WIDTH = 32;
  private static final int CROSS_ATTENTION_DIM = 24;
  private static final double VANISHING = 1e-2;

  private static UNet2DConditionModel unet(DType dtype, Segments segments) {
    var config = UNet2DConditionConfig.read(Fixture.path("networks/unet1.json"));
    var unet = new UNet2DConditionModel(config, Weights.seeded(7, dtype, Device.CPU), segments);
    requireGradients(unet.weights());
    return unet;
  }

  private static void requireGradients(Weights weights) {
    try (var scope = new TensorScope()) {
      weights.tensors().values().forEach(tensor -> tensor.requires_grad_(true));
    }
  }

  private static Tensor loss(UNet2DConditionModel unet, Tensor states, int batch, int side) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      var type = DType.of(states).torch();
      Tensor sample = generator.randn(batch, 4, side, side).to(type);
      Tensor target = generator.randn(batch, 4, side, side).to(type);
      Tensor timesteps = generator.randint(0, 1000, batch);
      return scope.keep(unet.forward(sample, timesteps, states).sub(target).square().mean());
    }
  }

  /**
   * To rounding, since the order differs in which a text's gradients are added; those that the
   * networks make vanish, as of biases before a norm, are nothing but rounding.
   */
  @ParameterizedTest
  @CsvSource({"FLOAT64,1e-13", "FLOAT32,1e-5"})
  void gradientsAreThoseOfThePlainPass(DType dtype, double tolerance) {
    Map<String, double[]> plain = gradients(dtype, Segments.PLAIN);
    try (var checkpointing = new GradientCheckpointing()) {
      Map<String, double[]> again = gradients(dtype, checkpointing);
      assertThat(again.keySet()).isEqualTo(plain.keySet());
      double largest = plain.values().stream().mapToDouble(g -> norm(g)).max().orElseThrow();
      plain.forEach(
          (name, gradient) ->
              assertThat(distance(again.get(name), gradient))
                  .as(name)
                  .isLessThanOrEqualTo(tolerance * Math.max(norm(gradient), VANISHING * largest)));
    }
  }

  /** Of two micro-batches, by name: text encoder and UNet trained together. */
  private static Map<String, double[]> gradients(DType dtype, Segments segments) {
    var textConfig = CLIPTextConfig.read(Fixture.path("networks/clip1.json"));
    Map<String, double[]> gradients = new LinkedHashMap<>();
    try (var scope = new TensorScope();
        var text = new CLIPTextModel(textConfig, Weights.seeded(8, dtype, Device.CPU), segments);
        var unet = unet(dtype, segments);
        var generator = new SeededGenerator(5)) {
      requireGradients(text.weights());
      Tensor between = generator.randn(TEXT_WIDTH, CROSS_ATTENTION_DIM).to(dtype.torch());
      Tensor tokens = Tensors.of(new long[] {0, 17, 230, 5, 2, 0, 99, 104, 8, 2}, 2, 5);
      for (int microBatch = 0; microBatch < 2; microBatch++) {
        Tensor states = text.forward(tokens).matmul(between);
        segments.backward(loss(unet, states, 2, 16 + 5 * microBatch));
      }
      text.weights().tensors().forEach((name, w) -> gradients.put("text " + name, gradient(w)));
      unet.weights().tensors().forEach((name, w) -> gradients.put("unet " + name, gradient(w)));
    }
    return gradients;
  }

  private static double[] gradient(Tensor leaf) {
    try (var scope = new TensorScope()) {
      return Tensors.doubles(leaf.grad());
    }
  }

  private static double distance(double[] actual, double[] expected) {
    double[] difference = new double[expected.length];
    Arrays.setAll(difference, i -> actual[i] - expected[i]);
    return norm(difference);
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
  }

  /** Leaves, constants and outputs of segments, mixed by autograd before, between and behind. */
  @Test
  void whatLiesBetweenSegmentsIsAutograds() {
    try (var checkpointing = new GradientCheckpointing()) {
      assertThat(mixed(checkpointing)).isEqualTo(mixed(Segments.PLAIN));
    }
  }

  private static double[] mixed(Segments segments) {
    try (var scope = new TensorScope()) {
      Tensor a = Tensors.of(new double[] {2}, 1).requires_grad_(true);
      Tensor b = Tensors.of(new double[] {3}, 1).requires_grad_(true);
      Tensor constant = Tensors.of(new double[] {5}, 1);
      Tensor before = a.mul(a).mul(b);
      Tensor first = segments.run(in -> in[0].mul(in[1]).square(), before, constant);
      Tensor second = segments.run(in -> in[0].mul(in[1]).mul(b), before, a);
      segments.run(in -> in[0].exp(), second);
      Tensor between = first.mul(second).add(before);
      Tensor third = segments.run(in -> in[0].square().add(in[1]).mul(in[2]), between, first, b);
      segments.backward(third.mul(before).add(first).sum());
      return new double[] {a.grad().item_double(), b.grad().item_double()};
    }
  }

  @Test
  void frozenSegmentsAreLeftAlone() {
    try (var scope = new TensorScope();
        var checkpointing = new GradientCheckpointing()) {
      Tensor constant = Tensors.of(new double[] {5}, 1);
      Tensor trained = Tensors.of(new double[] {3}, 1).requires_grad_(true);
      Tensor frozen = checkpointing.run(in -> in[0].square(), constant);
      Tensor loss = checkpointing.run(in -> in[0].mul(trained), frozen);
      checkpointing.backward(loss.sum());
      assertThat(trained.grad().item_double()).isEqualTo(25);
      assertThat(constant.grad().defined()).isFalse();
    }
  }

  @Test
  void withoutGradientsItIsThePlainPass() {
    try (var scope = new TensorScope();
        var guard = new NoGradGuard();
        var checkpointing = new GradientCheckpointing();
        var unet = unet(DType.FLOAT32, checkpointing);
        var plain = unet(DType.FLOAT32, Segments.PLAIN)) {
      Tensor states = Tensors.zeros(DType.FLOAT32, 1, 5, CROSS_ATTENTION_DIM);
      Tensor loss = loss(unet, states, 1, 16);
      assertThat(loss.requires_grad()).isFalse();
      assertThat(loss.item_double()).isEqualTo(loss(plain, states, 1, 16).item_double());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aStepTakesLessThanHalfTheMemory() throws Exception {
    long plain = inAnotherJvm("peak", "plain");
    long checkpointed = inAnotherJvm("peak", "checkpointed");
    assertThat(checkpointed).isLessThan(plain / 2);
  }

  /** The first level's outputs are 16 KiB each: one forgotten at each step would add 1.25 MiB. */
  @Test
  void memoryStaysFlatOverAHundredSteps() throws Exception {
    assertThat(inAnotherJvm("growth", "checkpointed")).isLessThan(1 << 10);
  }

  /** A small heap, and nobody else's memory: what is measured is native and these steps' alone. */
  private static long inAnotherJvm(String... args) throws Exception {
    List<String> command = ChildJvm.command(GradientCheckpointingTest.class, (Object[]) args);
    command.addAll(1, List.of("-Xmx64m", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
    Process java =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(output).isZero();
    return Long.parseLong(output.strip());
  }

  /**
   * Prints, in KiB, the {@code peak} of one large step beyond that of a small one or the {@code
   * growth} from the 20th step to the 100th.
   */
  public static void main(String[] args) throws IOException {
    try (var checkpointing = new GradientCheckpointing();
        var scope = new TensorScope()) {
      Segments segments = args[1].equals("plain") ? Segments.PLAIN : checkpointing;
      try (var unet = unet(DType.FLOAT32, segments)) {
        System.out.println(
            args[0].equals("peak") ? peakOfAStep(unet, segments) : growth(unet, segments));
      }
    }
  }

  private static long peakOfAStep(UNet2DConditionModel unet, Segments segments) throws IOException {
    step(unet, segments, 1, 16);
    long before = peak();
    step(unet, segments, 16, 32);
    return peak() - before;
  }

  private static long peak() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(l -> l.startsWith("VmHWM"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D+", ""));
  }

  private static long growth(UNet2DConditionModel unet, Segments segments) {
    long after20 = 0;
    for (int i = 1; i <= 100; i++) {
      step(unet, segments, 2, 8);
      if (i == 20) {
        after20 = Pointer.physicalBytes();
      }
    }
    return (Pointer.physicalBytes() - after20) >> 10;
  }

  private static void step(UNet2DConditionModel unet, Segments segments, int batch, int side) {
    try (var scope = new TensorScope()) {
      Tensor states = Tensors.zeros(DType.FLOAT32, batch, 5, CROSS_ATTENTION_DIM);
      segments.backward(loss(unet, states, batch, side));
    }
  }
}
