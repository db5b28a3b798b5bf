package io.chiaroscuro.vae;

import static java.util.Map.entry;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.ConfigFile;
import io.chiaroscuro.nn.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The autoencoder's {@code config.json}. Its {@code force_upcast} is ignored: diffusers heeds it
 * for Stable Diffusion XL only, whose autoencoder overflows in float16.
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
    boolean midBlockAddAttention) {

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
          true);

  private static final Map<String, Object> ONLY_SUPPORTED =
      Map.ofEntries(entry("latents_mean", false), entry("latents_std", false));

  public AutoencoderKLConfig {
    if (downBlockTypes == null || upBlockTypes == null || blockOutChannels == null) {
      throw new InvalidInputException(
          "fields 'down_block_types', 'up_block_types' and 'block_out_channels' must not be null.");
    }
    if (actFn == null) {
      throw new InvalidInputException("field 'act_fn' is null; it names an activation.");
    }
    downBlockTypes = List.copyOf(downBlockTypes);
    upBlockTypes = List.copyOf(upBlockTypes);
    blockOutChannels = List.copyOf(blockOutChannels);
    requireTypes("down_block_types", downBlockTypes, "DownEncoderBlock2D", blockOutChannels);
    requireTypes("up_block_types", upBlockTypes, "UpDecoderBlock2D", blockOutChannels);
    requirePositive("sample_size", sampleSize);
    requirePositive("in_channels", inChannels);
    requirePositive("out_channels", outChannels);
    requirePositive("latent_channels", latentChannels);
    requirePositive("layers_per_block", layersPerBlock);
    requirePositive("norm_num_groups", normNumGroups);
    for (int channels : blockOutChannels) {
      if (channels < 1 || channels % normNumGroups != 0) {
        throw new InvalidInputException(
            "field 'block_out_channels' has %d, which is no multiple of 'norm_num_groups' (%d)."
                .formatted(channels, normNumGroups));
      }
    }
    if (!(scalingFactor > 0) || Double.isInfinite(scalingFactor)) {
      throw new InvalidInputException(
          "field 'scaling_factor' is %s; it must be a number above 0.".formatted(scalingFactor));
    }
  }

  /**
   * @throws InvalidInputException naming file and field of what cannot be used
   */
  public static AutoencoderKLConfig read(Path file) {
    return ConfigFile.read(file, DEFAULTS, ONLY_SUPPORTED);
  }

  /** Number of resolutions. */
  public int levels() {
    return blockOutChannels.size();
  }

  /** How many times larger an image is than its latents, 8 in 1.x and 2.x. */
  public int downscale() {
    return 1 << (levels() - 1);
  }

  private static void requireTypes(
      String field, List<String> types, String supported, List<Integer> levels) {
    if (types.isEmpty() || types.size() != levels.size()) {
      throw new InvalidInputException(
          "field '%s' must have as many entries as 'block_out_channels' (%d, at least 1)."
              .formatted(field, levels.size()));
    }
    for (String type : types) {
      if (!type.equals(supported)) {
        throw new InvalidInputException(
            "field '%s' has '%s', which is not supported; only %s is."
                .formatted(field, type, supported));
      }
    }
  }

  private static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new InvalidInputException(
          "field '%s' is %d; it must be at least 1.".formatted(field, value));
    }
  }
}
