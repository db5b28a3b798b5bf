package io.chiaroscuro.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraWeight;
import io.chiaroscuro.adapter.MergedLoras;
import io.chiaroscuro.adapter.WeightedLora;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** In bfloat16, with channels enough for a {@link QuickConvolution}. */
class Conv2dTest {

  private static final int CHANNELS = 192;
  private static final long[] ONE = {1, 1};
  private static final double ROUNDING = 1e-2;

  private final Weights weights = Weights.seeded(3, DType.BFLOAT16, Device.CPU);
  private final Conv2d conv = new Conv2d(weights.at("layer"), CHANNELS, CHANNELS, 3);
  private final Tensor kernel = weights.tensors().get("layer.weight");
  private final Tensor bias = weights.tensors().get("layer.bias");

  @Test
  void goesTheQuickWayWhereItPays() {
    try (var scope = new TensorScope()) {
      Tensor x = picture(16, 16);
      Tensor y = conv.forward(x);
      assertThat(y.equal(direct(x))).isFalse();
      assertThat(QuickConvolutionTest.distance(y, exact(x))).isLessThan(ROUNDING);
    }
  }

  /** By the size of pictures and the number of channels. */
  @Test
  void choosesTheQuickestWay() {
    try (var scope = new TensorScope()) {
      assertThat(conv.forward(picture(16, 16)).equal(by(Winograd2d.TWO_BY_TWO, picture(16, 16))))
          .isTrue();
      assertThat(conv.forward(picture(32, 32)).equal(by(Winograd2d.FOUR_BY_TWO, picture(32, 32))))
          .isTrue();
      Tensor large = picture(256, 256).narrow(0, 0, 1);
      assertThat(conv.forward(large).equal(by(Winograd1d.FOUR, large))).isTrue();
    }
  }

  private Tensor by(QuickConvolution way, Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(way.convolve(x, way.transformed(kernel), bias));
    }
  }

  @Test
  void oddAndSmallPicturesAreLeftToLibtorch() {
    try (var scope = new TensorScope()) {
      for (Tensor x : List.of(picture(17, 16), picture(16, 17), picture(8, 8))) {
        assertThat(conv.forward(x).equal(direct(x))).isTrue();
      }
    }
  }

  @Test
  void enlargesQuicklyAndWithAdaptersToo() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(8)) {
      Tensor x = picture(9, 11);
      Tensor enlarged = torch.upsample_nearest2d(x, 18, 22);
      assertThat(QuickConvolutionTest.distance(conv.forwardEnlarged(x), exact(enlarged)))
          .isLessThan(ROUNDING);

      Tensor down = generator.randn(2, CHANNELS, 3, 3);
      Tensor up = generator.randn(CHANNELS, 2, 1, 1);
      weights.at("layer").adapters().add(new LowRankAdapter(down, up, 0.5));
      Tensor adapted = conv.forwardEnlarged(x);
      assertThat(adapted.equal(conv.forward(enlarged))).isTrue();
      assertThat(QuickConvolutionTest.distance(adapted, exact(enlarged)))
          .isGreaterThan(10 * ROUNDING);
    }
  }

  @Test
  void seesWeightsThatChange() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(8)) {
      Tensor x = picture(16, 16);
      Tensor before = conv.forward(x);

      kernel.mul_(new Scalar(2.0));
      assertThat(QuickConvolutionTest.distance(conv.forward(x), exact(x))).isLessThan(ROUNDING);
      kernel.mul_(new Scalar(0.5));
      assertThat(conv.forward(x).equal(before)).isTrue();

      weights.at("layer").adapters();
      for (int turn = 0; turn < 3; turn++) {
        Tensor down = scope.own(generator.randn(2, CHANNELS, 3, 3));
        Tensor up = scope.own(generator.randn(CHANNELS, 2, 1, 1));
        var adapters = Map.of("layer", new LowRankAdapter(down, up, 0.5));
        Lora lora = new Lora(Map.of(Component.UNET, weights), Map.of(Component.UNET, adapters));
        try (var merged =
            MergedLoras.merge(List.of(new WeightedLora(lora, LoraWeight.of(1 + turn))))) {
          assertThat(QuickConvolutionTest.distance(conv.forward(x), exact(x))).isLessThan(ROUNDING);
        }
        lora.close();
        assertThat(conv.forward(x).equal(before)).isTrue();
      }
    }
  }

  /** A gradient is that of the convolution which made the numbers. */
  @Test
  void whatIsLearntFromIsLibtorchsOwn() {
    try (var scope = new TensorScope()) {
      Tensor x = picture(16, 16);
      Tensor direct = direct(x);
      Tensor watched = x.detach().requires_grad_(true);
      Tensor y = conv.forward(watched);
      assertThat(y.equal(direct)).isTrue();
      y.sum().backward();
      assertThat(watched.grad().norm().item_double()).isPositive();

      // Without a gradient the first time, and of a frozen layer, whose input wants none, again.
      List<Boolean> same = new ArrayList<>();
      Tensor factor = Tensors.of(new float[] {2}, 1).requires_grad_(true);
      try (var checkpointing = new GradientCheckpointing()) {
        Tensor output =
            checkpointing.run(
                in -> {
                  Tensor convolved = conv.forward(in[0]);
                  same.add(convolved.equal(direct));
                  return convolved.mul(in[1]);
                },
                x,
                factor);
        checkpointing.backward(output.sum());
      }
      assertThat(same).containsExactly(true, true);
      try (var noGrad = new NoGradGuard()) {
        assertThat(conv.forward(x).equal(direct)).isFalse();
      }
    }
  }

  @Test
  void givesItsOwnGradientOfAFrozenLayer() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(9);
        var gradients = new OwnGradients()) {
      Conv2d wider = new Conv2d(weights.at("wider"), CHANNELS, 256, 3);
      Tensor x = picture(18, 16).requires_grad_(true);
      Tensor y = wider.forward(x);
      try (var noGrad = new NoGradGuard()) {
        assertThat(y.equal(wider.forward(x))).isTrue();
      }
      Tensor outward = generator.randn(2, 256, 18, 16);
      y.mul(outward).sum().backward();

      Tensor exactX = x.detach().to(DType.FLOAT64.torch()).requires_grad_(true);
      exact(exactX, weights.tensors().get("wider.weight"), weights.tensors().get("wider.bias"))
          .mul(outward)
          .sum()
          .backward();
      assertThat(DType.of(x.grad())).isEqualTo(DType.BFLOAT16);
      assertThat(QuickConvolutionTest.distance(x.grad(), exactX.grad())).isLessThan(ROUNDING);
    }
  }

  @Test
  void leavesALayerThatLearnsToLibtorch() {
    for (Tensor learnt : List.of(kernel, bias)) {
      learnt.requires_grad_(true);
      try (var scope = new TensorScope();
          var gradients = new OwnGradients()) {
        Tensor x = picture(16, 16);
        Tensor y = conv.forward(x);
        assertThat(y.equal(direct(x))).isTrue();
        y.sum().backward();
        assertThat(learnt.grad().norm().item_double()).isPositive();
      }
      learnt.requires_grad_(false);
    }
  }

  @Test
  void aCheckpointedSegmentIsTheSameBothTimes() {
    try (var scope = new TensorScope();
        var gradients = new OwnGradients();
        var checkpointing = new GradientCheckpointing()) {
      Tensor x = picture(16, 16).requires_grad_(true);
      List<Tensor> outputs = new ArrayList<>();
      Tensor output =
          checkpointing.run(
              in -> {
                Tensor convolved = conv.forward(in[0]);
                outputs.add(scope.own(convolved.detach().clone()));
                return convolved;
              },
              x);
      checkpointing.backward(output.sum());
      assertThat(outputs).hasSize(2);
      assertThat(outputs.get(0).equal(outputs.get(1))).isTrue();
      outputs.forEach(Tensor::close);
      Tensor checkpointed = x.grad().clone();
      x.grad().zero_();
      conv.forward(x).sum().backward();
      assertThat(x.grad().equal(checkpointed)).isTrue();
    }
  }

  private static Tensor picture(int height, int width) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(5)) {
      return scope.keep(generator.randn(2, CHANNELS, height, width).to(DType.BFLOAT16.torch()));
    }
  }

  private Tensor direct(Tensor x) {
    return torch.conv2d(x, kernel, new TensorOptional(bias), ONE, ONE, ONE, 1);
  }

  private Tensor exact(Tensor x) {
    return exact(x, kernel, bias);
  }

  private static Tensor exact(Tensor x, Tensor kernel, Tensor bias) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          torch.conv2d(
              x.to(DType.FLOAT64.torch()),
              kernel.to(DType.FLOAT64.torch()),
              new TensorOptional(bias.to(DType.FLOAT64.torch())),
              ONE,
              ONE,
              ONE,
              1));
    }
  }
}
