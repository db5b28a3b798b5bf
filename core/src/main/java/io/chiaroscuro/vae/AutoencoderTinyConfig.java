package io.chiaroscuro.vae;

import static io.chiaroscuro.checkpoint.FieldRules.requireGiven;
import static io.chiaroscuro.checkpoint.FieldRules.requirePositive;
import static java.util.Map.entry;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.ConfigFile;
import io.chiaroscuro.nn.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The tiny autoencoder's {@code config.json}.
 *
 * @param inChannels channels of the images it encodes
 * @param outChannels channels of the images it decodes
 * @param encoderBlockOutChannels channels of each of the encoder's levels, all the same
 * @param decoderBlockOutChannels channels of each of the decoder's levels, all the same
 * @param actFn activation within blocks
 * @param latentChannels channels of the latents
 * @param numEncoderBlocks residual blocks of each level, highest resolution first
 * @param numDecoderBlocks residual blocks of each level, lowest resolution first
 * @param scalingFactor of the latents; 1, since it speaks diffusion's own
 */
public record AutoencoderTinyConfig(
    int inChannels,
    int outChannels,
    List<Integer> encoderBlockOutChannels,
    List<Integer> decoderBlockOutChannels,
    Activation actFn,
    int latentChannels,
    List<Integer> numEncoderBlocks,
    List<Integer> numDecoderBlocks,
    double scalingFactor) {

  /** diffusers' defaults, which are TAESD's. */
  public static final AutoencoderTinyConfig DEFAULTS =
      new AutoencoderTinyConfig(
          3,
          3,
          List.of(64, 64, 64, 64),
          List.of(64, 64, 64, 64),
          Activation.RELU,
          4,
          List.of(1, 3, 3, 3),
          List.of(3, 3, 3, 1),
          1);

  private static final Map<String, Object> ONLY_SUPPORTED =
      Map.ofEntries(
          entry("upsample_fn", "nearest"),
          entry("upsampling_scaling_factor", 2),
          entry("shift_factor", 0));

  public AutoencoderTinyConfig {
    encoderBlockOutChannels =
        requireLevels("encoder_block_out_channels", encoderBlockOutChannels, numEncoderBlocks);
    decoderBlockOutChannels =
        requireLevels("decoder_block_out_channels", decoderBlockOutChannels, numDecoderBlocks);
    numEncoderBlocks = List.copyOf(numEncoderBlocks);
    numDecoderBlocks = List.copyOf(numDecoderBlocks);
    requireGiven("act_fn", actFn);
    requirePositive("in_channels", inChannels);
    requirePositive("out_channels", outChannels);
    requirePositive("latent_channels", latentChannels);
    requirePositive("scaling_factor", scalingFactor);
    if (numEncoderBlocks.size() != numDecoderBlocks.size()) {
      throw new InvalidInputException(
          "field 'num_decoder_blocks' must have as many entries as 'num_encoder_blocks' (%d)."
              .formatted(numEncoderBlocks.size()));
    }
  }

  /**
   * @throws InvalidInputException naming file and field of what cannot be used
   */
  public static AutoencoderTinyConfig read(Path file) {
    return ConfigFile.read(file, DEFAULTS, ONLY_SUPPORTED);
  }

  /** How many times larger an image is than its latents: 8. */
  public int downscale() {
    return 1 << (numEncoderBlocks.size() - 1);
  }

  private static List<Integer> requireLevels(
      String field, List<Integer> channels, List<Integer> blocks) {
    requireGiven(field, channels);
    String ofBlocks = field.replace("block_out_channels", "blocks");
    requireGiven("num_" + ofBlocks, blocks);
    if (channels.isEmpty() || channels.size() != blocks.size()) {
      throw new InvalidInputException(
          "field '%s' must have as many entries as 'num_%s' (%d, at least 1)."
              .formatted(field, ofBlocks, blocks.size()));
    }
    for (int count : channels) {
      requirePositive(field, count);
      if (count != channels.get(0)) {
        throw new InvalidInputException(
            "field '%s' has %d and %d; a tiny autoencoder has as many channels at all levels."
                .formatted(field, channels.get(0), count));
      }
    }
    return List.copyOf(channels);
  }
}
