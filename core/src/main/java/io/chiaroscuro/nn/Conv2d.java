package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.DerivedTensor;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A convolution of images with a square kernel; may be adapted. */
public final class Conv2d {

  private static final long[] UNDILATED = {1, 1};

  /** Of keeping the size, the quickest first. */
  private static final List<QuickConvolution> SAME_SIZE =
      List.of(Winograd1d.FOUR, Winograd2d.FOUR_BY_TWO, Winograd2d.TWO_BY_TWO);

  private static final List<QuickConvolution> ALL =
      Stream.concat(SAME_SIZE.stream(), Stream.of(Winograd2d.OF_ENLARGED)).toList();

  private final Tensor weight;
  private final Tensor bias;
  private final long[] stride;
  private final long[] padding;
  private final List<LowRankAdapter> adapters;
  private final Map<QuickConvolution, DerivedTensor> transformed = new HashMap<>();

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
    if (kernel == 3 && stride == 1 && padding == 1 && bias != null) {
      for (QuickConvolution way : ALL) {
        if (way.paysWith(weight)) {
          transformed.put(way, weights.derived(weight, way::transformed));
        }
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
      boolean quick = pays(Winograd2d.OF_ENLARGED, x) && adapters.isEmpty() && !Autograd.watches(x);
      return scope.keep(
          quick
              ? profiled(() -> convolve(x, Winograd2d.OF_ENLARGED))
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
    if (!Autograd.watches(x)) {
      return SAME_SIZE.stream()
          .filter(way -> pays(way, x))
          .findFirst()
          .map(way -> convolve(x, way))
          .orElseGet(() -> libtorchs(x));
    }
    return OwnGradients.areOpen() && pays(Winograd2d.TWO_BY_TWO, x)
        ? joined(convolve(x, Winograd2d.TWO_BY_TWO), x)
        : libtorchs(x);
  }

  private Tensor libtorchs(Tensor x) {
    return convolve(x, weight, bias == null ? new TensorOptional() : new TensorOptional(bias));
  }

  private boolean pays(QuickConvolution way, Tensor x) {
    return transformed.containsKey(way)
        && way.paysFor(x)
        && !weight.requires_grad()
        && !bias.requires_grad();
  }

  private Tensor convolve(Tensor x, QuickConvolution way) {
    try (var scope = new TensorScope();
        var guard = new NoGradGuard()) {
      return scope.keep(way.convolve(x, transformed.get(way).get(), bias));
    }
  }

  /** To autograd's graph: y was made of x by {@link Winograd2d#TWO_BY_TWO}. */
  private Tensor joined(Tensor y, Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor joined =
          OwnGradients.join(
              channelsLast(y), List.of(channelsLast(x)), (output, saved) -> gradient(output));
      return scope.keep(channelsFirst(joined));
    }
  }

  private Tensor[] gradient(Tensor output) {
    Tensor kernel = transformed.get(Winograd2d.TWO_BY_TWO).get();
    return new Tensor[] {channelsLast(Winograd2d.gradient(channelsFirst(output), kernel))};
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
