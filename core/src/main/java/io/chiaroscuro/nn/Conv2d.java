package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.DerivedTensor;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A convolution of images with a square kernel; may be adapted. */
public final class Conv2d {

  private static final long[] UNDILATED = {1, 1};

  private final Tensor weight;
  private final Tensor bias;
  private final long[] stride;
  private final long[] padding;
  private final List<LowRankAdapter> adapters;
  private final Map<Winograd, DerivedTensor> transformed = new EnumMap<>(Winograd.class);

  /** A convolution that keeps the size: stride one, padded by half the (odd) kernel. */
  public Conv2d(Weights weights, long inChannels, long outChannels, int kernel) {
    this(weights, inChannels, outChannels, kernel, 1, kernel / 2);
  }

  /**
   * Reads {@code weight} (outChannels, inChannels, kernel, kernel) and {@code bias} (outChannels).
   */
  public Conv2d(
      Weights weights, long inChannels, long outChannels, int kernel, int stride, int padding) {
    this(
        weights,
        inChannels,
        outChannels,
        kernel,
        stride,
        padding,
        weights.get("bias", outChannels));
  }

  private Conv2d(
      Weights weights,
      long inChannels,
      long outChannels,
      int kernel,
      int stride,
      int padding,
      Tensor bias) {
    this.weight = weights.get("weight", outChannels, inChannels, kernel, kernel);
    this.bias = bias;
    this.stride = new long[] {stride, stride};
    this.padding = new long[] {padding, padding};
    this.adapters = weights.adapters();
    if (kernel == 3 && stride == 1 && padding == 1 && bias != null && Winograd.paysWith(weight)) {
      for (Winograd winograd : Winograd.values()) {
        transformed.put(winograd, weights.derived(weight, winograd::transformed));
      }
    }
  }

  /** A convolution padded by half the (odd) kernel that adds nothing: there is no {@code bias}. */
  public static Conv2d withoutBias(
      Weights weights, long inChannels, long outChannels, int kernel, int stride) {
    return new Conv2d(weights, inChannels, outChannels, kernel, stride, kernel / 2, null);
  }

  /** (B, inChannels, H, W) to (B, outChannels, H', W'). */
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor y = profiled(() -> convolved(x));
      return scope.keep(
          Adapted.output(
              y,
              x,
              adapters,
              (in, down) -> convolve(in, down, new TensorOptional()),
              torch::conv2d));
    }
  }

  /** What {@link #forward} makes of {@code x} enlarged to twice its size by nearest neighbours. */
  Tensor forwardEnlarged(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          adapters.isEmpty() && isQuick(Winograd.TWICE_THE_SIZE, x) && !Autograd.watches(x)
              ? profiled(() -> quick(Winograd.TWICE_THE_SIZE, x))
              : forward(torch.upsample_nearest2d(x, 2 * x.size(2), 2 * x.size(3))));
    }
  }

  private Tensor profiled(Supplier<Tensor> convolution) {
    return Profile.operator(
        Operator.CONVOLUTION,
        convolution,
        out -> 2.0 * out.numel() * weight.numel() / weight.size(0));
  }

  private Tensor convolved(Tensor x) {
    boolean learnt = !OwnGradients.areOpen() && Autograd.watches(x);
    return isQuick(Winograd.SAME_SIZE, x) && !learnt
        ? joined(quick(Winograd.SAME_SIZE, x), x)
        : convolve(x, weight, bias == null ? new TensorOptional() : new TensorOptional(bias));
  }

  private boolean isQuick(Winograd winograd, Tensor x) {
    return transformed.containsKey(winograd)
        && winograd.paysFor(x)
        && !weight.requires_grad()
        && !bias.requires_grad();
  }

  private Tensor quick(Winograd winograd, Tensor x) {
    try (var scope = new TensorScope();
        var guard = new NoGradGuard()) {
      return scope.keep(winograd.convolve(x, transformed.get(winograd).get(), bias));
    }
  }

  /** To autograd's graph: y was made of x by {@link Winograd#SAME_SIZE}. */
  private Tensor joined(Tensor y, Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor joined =
          OwnGradients.join(
              channelsLast(y), List.of(channelsLast(x)), (output, saved) -> gradient(output));
      return scope.keep(channelsFirst(joined));
    }
  }

  private Tensor[] gradient(Tensor output) {
    Tensor kernel = transformed.get(Winograd.SAME_SIZE).get();
    return new Tensor[] {channelsLast(Winograd.SAME_SIZE.gradient(channelsFirst(output), kernel))};
  }

  private static Tensor channelsLast(Tensor x) {
    return x.permute(0, 2, 3, 1);
  }

  private static Tensor channelsFirst(Tensor x) {
    return x.permute(0, 3, 1, 2);
  }

  private Tensor convolve(Tensor x, Tensor kernel, TensorOptional shift) {
    return torch.conv2d(x, kernel, shift, stride, padding, UNDILATED, 1);
  }
}
