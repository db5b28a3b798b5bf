package io.chiaroscuro.training.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class MixedPrecisionTest {

  private static final int STEPS = 20;
  private static final double RATE = 0.02;

  private static UNet2DConditionModel unet(DType dtype) {
    var config = UNet2DConditionConfig.read(Fixture.path("optim/unet.json"));
    return new UNet2DConditionModel(config, Weights.seeded(7, dtype, Device.CPU));
  }

  @Test
  void twentyStepsStayNearThoseOfFloat32() {
    double[] exact = losses(DType.FLOAT32);
    double[] mixed = losses(DType.BFLOAT16);
    assertThat(mixed[STEPS - 1]).isLessThan(0.8 * mixed[0]);
    assertThat(mixed).containsExactly(exact, within(3e-3));
  }

  /** Steepest descent on one batch, in two halves whose gradients are accumulated. */
  private static double[] losses(DType dtype) {
    double[] losses = new double[STEPS];
    try (var precise = unet(DType.FLOAT32);
        var unet = unet(dtype);
        var mixed = new MixedPrecision(precise.weights().tensors(), unet.weights().tensors())) {
      for (int step = 0; step < STEPS; step++) {
        for (int half = 0; half < 2; half++) {
          try (var scope = new TensorScope()) {
            Tensor loss = loss(unet, half).div(new Scalar(2.0));
            losses[step] += loss.item_double();
            loss.backward();
            mixed.gatherGradients();
          }
        }
        descend(mixed.masters());
        mixed.refresh();
      }
    }
    return losses;
  }

  private static Tensor loss(UNet2DConditionModel unet, int seed) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(seed)) {
      var type = unet.weights().dtype().torch();
      Tensor sample = generator.randn(2, 4, 8, 8);
      Tensor target = generator.randn(2, 4, 8, 8);
      Tensor states = generator.randn(2, 5, 24);
      Tensor output = unet.forward(sample.to(type), generator.randint(0, 1000, 2), states.to(type));
      return scope.keep(output.to(DType.FLOAT32.torch()).sub(target).square().mean());
    }
  }

  private static void descend(Map<String, Tensor> masters) {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      Tensor none = new Tensor();
      for (Tensor master : masters.values()) {
        master.sub_(master.grad().mul(new Scalar(RATE)));
        master.mutable_grad().put(none);
      }
    }
  }

  @Test
  void learnsWhatBfloat16CannotAdd() {
    try (var scope = new TensorScope()) {
      Tensor rounded = Tensors.of(new float[] {1}, 1).to(DType.BFLOAT16.torch());
      Tensor precise = Tensors.of(new float[] {1.001f}, 1);
      try (var mixed = new MixedPrecision(Map.of("w", precise), Map.of("w", rounded))) {
        assertThat(rounded.item_double()).isEqualTo(1);
        for (int i = 0; i < 5; i++) {
          rounded.mul(new Scalar(-0.05)).sum().backward();
          mixed.gatherGradients();
          assertThat(rounded.grad().defined()).isFalse();
          descend(mixed.masters());
          mixed.refresh();
        }
        assertThat(mixed.masters().get("w").item_double()).isCloseTo(1.006, within(1e-5));
        assertThat(rounded.item_double()).as("neighbour of 1").isEqualTo(1 + 1.0 / 128);
        assertThat(precise.item_float()).as("copied").isEqualTo(1.001f);
      }
    }
  }

  @Test
  void refusesWhatIsNotAlike() {
    try (var scope = new TensorScope()) {
      Tensor one = Tensors.zeros(DType.FLOAT32, 1);
      Tensor two = Tensors.zeros(DType.FLOAT32, 2);
      assertThatThrownBy(() -> new MixedPrecision(Map.of("a", one), Map.of("b", one)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new MixedPrecision(Map.of("a", one), Map.of("a", two)))
          .hasMessageContaining("'a'");
    }
  }
}
