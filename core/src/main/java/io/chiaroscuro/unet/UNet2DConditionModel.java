package io.chiaroscuro.unet;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.GroupNorm;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.nn.TimestepEmbedding;
import io.chiaroscuro.nn.Timesteps;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The network that predicts the noise in latents, given the timestep and the prompt (<a
 * href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022</a>), as Stable Diffusion 1.x, 2.x
 * and XL have it.
 */
public final class UNet2DConditionModel implements AutoCloseable {

  private final UNet2DConditionConfig config;
  private final Weights weights;
  private final Segments segments;
  private final Timesteps timeProj;
  private final TimestepEmbedding timeEmbedding;
  private final Optional<AddedEmbedding> addedEmbedding;
  private final Conv2d convIn;
  private final List<DownBlock2D> downBlocks;
  private final MidBlock2D midBlock;
  private final List<UpBlock2D> upBlocks;
  private final GroupNorm convNormOut;
  private final Conv2d convOut;

  /** As below, each segment computed at once. */
  public UNet2DConditionModel(UNet2DConditionConfig config, Weights weights) {
    this(config, weights, Segments.PLAIN);
  }

  /**
   * @param weights closed with this object
   * @param segments how its layers are computed; stays the caller's
   * @throws InvalidInputException if tensors are missing, surplus or misshapen
   */
  public UNet2DConditionModel(UNet2DConditionConfig config, Weights weights, Segments segments) {
    this.config = config;
    this.weights = weights;
    this.segments = segments;
    int channels = config.blockOutChannels().get(0);
    this.timeProj = new Timesteps(channels, config.flipSinToCos(), config.freqShift());
    this.timeEmbedding =
        new TimestepEmbedding(
            weights.at("time_embedding"),
            channels,
            config.timeEmbedDim(),
            config.actFn(),
            Optional.ofNullable(config.timeCondProjDim()));
    this.addedEmbedding =
        Optional.ofNullable(config.additionEmbedType())
            .map(type -> new AddedEmbedding(config, weights.at("add_embedding")));
    this.convIn = new Conv2d(weights.at("conv_in"), config.inChannels(), channels, 3);
    this.downBlocks =
        IntStream.range(0, config.levels())
            .mapToObj(
                level -> new DownBlock2D(config, level, weights.at("down_blocks", level), segments))
            .toList();
    this.midBlock = new MidBlock2D(config, weights.at("mid_block"));
    this.upBlocks =
        IntStream.range(0, config.levels())
            .mapToObj(i -> new UpBlock2D(config, i, weights.at("up_blocks", i), segments))
            .toList();
    this.convNormOut =
        new GroupNorm(
            weights.at("conv_norm_out"), config.normNumGroups(), channels, config.normEps());
    this.convOut = new Conv2d(weights.at("conv_out"), channels, config.outChannels(), 3);
    weights.requireNoSurplus();
  }

  /**
   * @throws InvalidInputException if config or weights are missing or do not fit each other
   */
  public static UNet2DConditionModel load(Checkpoint checkpoint, DType dtype, Device device) {
    return load(checkpoint, dtype, device, Segments.PLAIN);
  }

  /**
   * As {@link #load(Checkpoint, DType, Device)}, its segments computed as {@code segments} says.
   */
  public static UNet2DConditionModel load(
      Checkpoint checkpoint, DType dtype, Device device, Segments segments) {
    UNet2DConditionConfig config = UNet2DConditionConfig.read(checkpoint.config(Component.UNET));
    return checkpoint.build(
        Component.UNET,
        dtype,
        device,
        weights -> new UNet2DConditionModel(config, weights, segments));
  }

  public UNet2DConditionConfig config() {
    return config;
  }

  public Weights weights() {
    return weights;
  }

  /** As {@link #forward(Tensor, double, Conditioning)}, told the prompt alone. */
  public Tensor forward(Tensor sample, double timestep, Tensor encoderHiddenStates) {
    return forward(sample, timestep, Conditioning.of(encoderHiddenStates));
  }

  /** As {@link #forward(Tensor, Tensor, Conditioning)}, told the prompt alone. */
  public Tensor forward(Tensor sample, Tensor timesteps, Tensor encoderHiddenStates) {
    return forward(sample, timesteps, Conditioning.of(encoderHiddenStates));
  }

  /** As {@link #forward(Tensor, Tensor, Conditioning)}, one timestep for the whole batch. */
  public Tensor forward(Tensor sample, double timestep, Conditioning conditioning) {
    try (var scope = new TensorScope()) {
      float[] timesteps = new float[Math.toIntExact(sample.size(0))];
      Arrays.fill(timesteps, (float) timestep);
      return scope.keep(forward(sample, Tensors.of(timesteps, timesteps.length), conditioning));
    }
  }

  /**
   * Predicts what the checkpoint was trained to predict: the noise, or {@code v}.
   *
   * @param sample noisy latents (B, inChannels, h, w), any size, in the weights' type
   * @param timesteps (B), any numeric type, may be fractional
   * @param conditioning of the same B; with added conditions just where this UNet takes some
   * @return (B, outChannels, h, w)
   * @throws InvalidInputException if a shape does not fit, or conditions are missing or surplus
   */
  public Tensor forward(Tensor sample, Tensor timesteps, Conditioning conditioning) {
    requireShapes(sample, conditioning.encoderHiddenStates());
    requireAdded(conditioning);
    return Profile.network("UNet", () -> predicted(sample, timesteps, conditioning));
  }

  private Tensor predicted(Tensor sample, Tensor timesteps, Conditioning conditioning) {
    Tensor encoderHiddenStates = conditioning.encoderHiddenStates();
    try (var scope = new TensorScope()) {
      Tensor temb = embed(timesteps, conditioning);
      Tensor hidden = convIn.forward(config.centerInputSample() ? centered(sample) : sample);
      Deque<Tensor> skips = new ArrayDeque<>();
      skips.push(hidden);
      for (DownBlock2D block : downBlocks) {
        hidden = block.forward(hidden, temb, encoderHiddenStates, skips);
      }
      hidden =
          segments.run(
              in -> midBlock.forward(in[0], in[1], in[2]), hidden, temb, encoderHiddenStates);
      for (UpBlock2D block : upBlocks) {
        hidden = block.forward(hidden, temb, encoderHiddenStates, skips);
      }
      return scope.keep(segments.run(in -> out(in[0]), hidden));
    }
  }

  private Tensor out(Tensor hidden) {
    try (var scope = new TensorScope()) {
      return scope.keep(convOut.forward(config.actFn().forward(convNormOut.forward(hidden))));
    }
  }

  /** Sines are taken in float32 whatever the weights' type: bfloat16 cannot tell 998 from 999. */
  private Tensor embed(Tensor timesteps, Conditioning conditioning) {
    try (var scope = new TensorScope()) {
      Tensor waves = timeProj.forward(Tensors.to(timesteps, weights.device(), DType.FLOAT32));
      Tensor time =
          timeEmbedding.forward(
              Tensors.to(waves, weights.device(), weights.dtype()), conditioning.timestepCond());
      return scope.keep(
          addedEmbedding
              .map(embedding -> time.add(embedding.forward(conditioning.added().orElseThrow())))
              .orElse(time));
    }
  }

  private void requireAdded(Conditioning conditioning) {
    if (addedEmbedding.isPresent() != conditioning.added().isPresent()) {
      throw new InvalidInputException(
          addedEmbedding.isPresent()
              ? "This UNet is Stable Diffusion XL's: it needs a pooled prompt and sizes beside the prompt."
              : "This UNet is not Stable Diffusion XL's: it takes no pooled prompt and no sizes.");
    }
  }

  private static Tensor centered(Tensor sample) {
    try (var scope = new TensorScope()) {
      return scope.keep(sample.mul(new Scalar(2.0)).sub(new Scalar(1.0)));
    }
  }

  private void requireShapes(Tensor sample, Tensor encoderHiddenStates) {
    if (sample.dim() != 4 || sample.size(1) != config.inChannels()) {
      throw new InvalidInputException(
          "Latents have shape %s; this UNet takes (batch, %d, height, width)."
              .formatted(Arrays.toString(Tensors.shape(sample)), config.inChannels()));
    }
    if (encoderHiddenStates.dim() != 3
        || encoderHiddenStates.size(2) != config.crossAttentionDim().at(0)
        || encoderHiddenStates.size(0) != sample.size(0)) {
      throw new InvalidInputException(
          "Encoded prompts have shape %s; this UNet takes (%d, tokens, %d): is the text encoder that of this checkpoint?"
              .formatted(
                  Arrays.toString(Tensors.shape(encoderHiddenStates)),
                  sample.size(0),
                  config.crossAttentionDim().at(0)));
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
