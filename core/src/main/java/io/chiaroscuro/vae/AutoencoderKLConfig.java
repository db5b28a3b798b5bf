package io.chiaroscuro.vae;

import static io.chiaroscuro.checkpoint.FieldRules.requireGiven;
import static io.chiaroscuro.checkpoint.FieldRules.requireGroups;
import static io.chiaroscuro.checkpoint.FieldRules.requireLevels;
import static io.chiaroscuro.checkpoint.FieldRules.requirePositive;
import static io.chiaroscuro.checkpoint.FieldRules.requireSupported;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.ConfigFile;
import io.chiaroscuro.nn.Activation;
import java.nio.file.Path;
import java.util.List;

/**
 * The autoencoder's {@code config.json}.
 *
 * @param sampleSize height and width of the images it was trained on
 * @param inChannels channels of the images it encodes
 * @param outChannels channels of the images it decodes
 * @param latentChannels channels of the latents
 * @param downBlockTypes {@code DownEncoderBlock2D}, a level each
 * @param upBlockTypes {@code UpDecoderBlock2D}, a level each
 * @param blockOutChannels channels of each level, highest resolution first
 * @param layersPerBlock residual blocks of a level in the encoder; one more in the decoder
 * @param actFn activation in residual blocks
 * @param normNumGroups groups of the group norms
 * @param scalingFactor what makes the latents' variance about one
 * @param shiftFactor subtracted from the latents before that; zero in 1.x and 2.x
 * @param useQuantConv whether a 1x1 convolution follows the encoder
 * @param usePostQuantConv whether a 1x1 convolution precedes the decoder
 * @param midBlockAddAttention whether the lowest resolution attends
 * @param forceUpcast whether it overflows in float16: heeded for Stable Diffusion XL alone, where
 *     it is true; others may have it without meaning it
 * @param latentsMean what is subtracted from each channel of the latents; null for nothing
 * @param latentsStd what each channel is divided by after that; null if {@code latentsMean} is
 */
public record AutoencoderKLConfig(
    int sampleSize,
    int inChannels,
    int outChannels,
    int latentChannels,
    List<String> downBlockTypes,
    List<String> upBlockTypes,
    List<Integer> blockOutChannels,
    int layersPerBlock,
    Activation actFn,
    int normNumGroups,
    double scalingFactor,
    double shiftFactor,
    boolean useQuantConv,
    boolean usePostQuantConv,
    boolean midBlockAddAttention,
    boolean forceUpcast,
    List<Double> latentsMean,
    List<Double> latentsStd) {

  /** diffusers' defaults. */
  public static final AutoencoderKLConfig DEFAULTS =
      new AutoencoderKLConfig(
          32,
          3,
          3,
          4,
          List.of("DownEncoderBlock2D"),
          List.of("UpDecoderBlock2D"),
          List.of(64),
          1,
          Activation.SILU,
          32,
          0.18215,
          0,
          true,
          true,
          true,
          true,
          null,
          null);

  /** Of latents that are normalized by the scaling factor alone. */
  public AutoencoderKLConfig(
      int sampleSize,
      int inChannels,
      int outChannels,
      int latentChannels,
      List<String> downBlockTypes,
      List<String> upBlockTypes,
      List<Integer> blockOutChannels,
      int layersPerBlock,
      Activation actFn,
      int normNumGroups,
      double scalingFactor,
      double shiftFactor,
      boolean useQuantConv,
      boolean usePostQuantConv,
      boolean midBlockAddAttention) {
    this(
        sampleSize,
        inChannels,
        outChannels,
        latentChannels,
        downBlockTypes,
        upBlockTypes,
        blockOutChannels,
        layersPerBlock,
        actFn,
        normNumGroups,
        scalingFactor,
        shiftFactor,
        useQuantConv,
        usePostQuantConv,
        midBlockAddAttention,
        DEFAULTS.forceUpcast,
        null,
        null);
  }

  /** The same with another scaling factor. */
  public AutoencoderKLConfig withScalingFactor(double factor) {
    return new AutoencoderKLConfig(
        sampleSize,
        inChannels,
        outChannels,
        latentChannels,
        downBlockTypes,
        upBlockTypes,
        blockOutChannels,
        layersPerBlock,
        actFn,
        normNumGroups,
        factor,
        shiftFactor,
        useQuantConv,
        usePostQuantConv,
        midBlockAddAttention,
        forceUpcast,
        latentsMean,
        latentsStd);
  }

  public AutoencoderKLConfig {
    downBlockTypes = List.copyOf(requireGiven("down_block_types", downBlockTypes));
    upBlockTypes = List.copyOf(requireGiven("up_block_types", upBlockTypes));
    blockOutChannels = List.copyOf(requireGiven("block_out_channels", blockOutChannels));
    requireGiven("act_fn", actFn);
    requirePositive("sample_size", sampleSize);
    requirePositive("in_channels", inChannels);
    requirePositive("out_channels", outChannels);
    requirePositive("latent_channels", latentChannels);
    requirePositive("layers_per_block", layersPerBlock);
    requirePositive("scaling_factor", scalingFactor);
    latentsMean = latentsMean == null ? null : List.copyOf(latentsMean);
    latentsStd = latentsStd == null ? null : List.copyOf(latentsStd);
    requireNormalization(latentChannels, latentsMean, latentsStd);
    int levels = blockOutChannels.size();
    requireSupported("down_block_types", downBlockTypes, List.of("DownEncoderBlock2D"));
    requireSupported("up_block_types", upBlockTypes, List.of("UpDecoderBlock2D"));
    requireLevels("down_block_types", downBlockTypes.size() == levels, levels);
    requireLevels("up_block_types", upBlockTypes.size() == levels, levels);
    requireGroups(blockOutChannels, normNumGroups);
  }

  /**
   * @throws InvalidInputException naming file and field of what cannot be used
   */
  public static AutoencoderKLConfig read(Path file) {
    return ConfigFile.read(file, DEFAULTS);
  }

  private static void requireNormalization(int channels, List<Double> mean, List<Double> std) {
    if (mean == null && std == null) {
      return;
    }
    if (mean == null || std == null || mean.size() != channels || std.size() != channels) {
      throw new InvalidInputException(
          "fields 'latents_mean' (%s) and 'latents_std' (%s) must both have %d numbers, one for each latent channel, or both be null."
              .formatted(mean, std, channels));
    }
    std.forEach(deviation -> requirePositive("latents_std", deviation));
  }

  /** Number of resolutions. */
  public int levels() {
    return blockOutChannels.size();
  }

  /** How many times larger an image is than its latents, 8 in 1.x and 2.x. */
  public int downscale() {
    return 1 << (levels() - 1);
  }
}
