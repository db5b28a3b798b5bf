package io.chiaroscuro.unet;

import static io.chiaroscuro.checkpoint.FieldRules.requireGiven;
import static io.chiaroscuro.checkpoint.FieldRules.requireGroups;
import static io.chiaroscuro.checkpoint.FieldRules.requireLevels;
import static io.chiaroscuro.checkpoint.FieldRules.requirePositive;
import static io.chiaroscuro.checkpoint.FieldRules.requireSupported;
import static java.util.Map.entry;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.ConfigFile;
import io.chiaroscuro.checkpoint.PerLevel;
import io.chiaroscuro.nn.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The UNet's {@code config.json}. Levels are counted from the highest resolution.
 *
 * @param sampleSize height and width of the latents it was trained on
 * @param inChannels channels of the noisy latents
 * @param outChannels channels of the prediction
 * @param centerInputSample whether {@code 2 x - 1} is fed instead of {@code x}
 * @param flipSinToCos whether the timestep's embedding has cosines first
 * @param freqShift shift of its frequencies
 * @param downBlockTypes {@code CrossAttnDownBlock2D} or {@code DownBlock2D}, a level each
 * @param upBlockTypes {@code UpBlock2D} or {@code CrossAttnUpBlock2D}, lowest resolution first
 * @param blockOutChannels channels of each level
 * @param layersPerBlock residual blocks of a level on the way down; one more on the way up
 * @param downsamplePadding padding of the convolutions that halve the image
 * @param actFn activation in residual blocks and in the timestep's embedding
 * @param normNumGroups groups of the group norms
 * @param normEps added to the variance in them
 * @param crossAttentionDim length of the text encoder's vectors
 * @param transformerLayersPerBlock transformer layers after each residual block
 * @param attentionHeadDim the <em>number</em> of heads: a misnomer that published files have made
 *     permanent
 * @param numAttentionHeads overrides {@code attentionHeadDim}; null in published files
 * @param useLinearProjection whether transformers are entered through linear layers (2.x) or 1x1
 *     convolutions (1.x)
 * @param upcastAttention whether attention scores need float32 (2.1): they always get it here, see
 *     {@link io.chiaroscuro.nn.Attention}
 * @param additionEmbedType {@code text_time} where the UNet is told {@link AddedConditions} (XL);
 *     else null
 * @param additionTimeEmbedDim length of the embedding of each of their sizes; else null
 * @param projectionClassEmbeddingsInputDim length of all of them and the pooled prompt together;
 *     else null
 * @param timeCondProjDim length of the embedded guidance scale that the UNet is told, where it was
 *     distilled to be (latent consistency models); else null
 */
public record UNet2DConditionConfig(
    int sampleSize,
    int inChannels,
    int outChannels,
    boolean centerInputSample,
    boolean flipSinToCos,
    double freqShift,
    List<String> downBlockTypes,
    List<String> upBlockTypes,
    List<Integer> blockOutChannels,
    PerLevel layersPerBlock,
    int downsamplePadding,
    Activation actFn,
    int normNumGroups,
    double normEps,
    PerLevel crossAttentionDim,
    PerLevel transformerLayersPerBlock,
    PerLevel attentionHeadDim,
    PerLevel numAttentionHeads,
    boolean useLinearProjection,
    boolean upcastAttention,
    String additionEmbedType,
    Integer additionTimeEmbedDim,
    Integer projectionClassEmbeddingsInputDim,
    Integer timeCondProjDim) {

  static final String TEXT_TIME = "text_time";

  static final String CROSS_ATTN_DOWN = "CrossAttnDownBlock2D";
  static final String CROSS_ATTN_UP = "CrossAttnUpBlock2D";

  /** diffusers' defaults. */
  public static final UNet2DConditionConfig DEFAULTS =
      new UNet2DConditionConfig(
          64,
          4,
          4,
          false,
          true,
          0,
          List.of(CROSS_ATTN_DOWN, CROSS_ATTN_DOWN, CROSS_ATTN_DOWN, "DownBlock2D"),
          List.of("UpBlock2D", CROSS_ATTN_UP, CROSS_ATTN_UP, CROSS_ATTN_UP),
          List.of(320, 640, 1280, 1280),
          PerLevel.all(2),
          1,
          Activation.SILU,
          32,
          1e-5,
          PerLevel.all(1280),
          PerLevel.all(1),
          PerLevel.all(8),
          null,
          false,
          false);

  /** What diffusers can do beyond Stable Diffusion 1.x and 2.x. */
  private static final Map<String, Object> ONLY_SUPPORTED =
      Map.ofEntries(
          entry("mid_block_type", "UNetMidBlock2DCrossAttn"),
          entry("mid_block_scale_factor", 1),
          entry("only_cross_attention", false),
          entry("mid_block_only_cross_attention", false),
          entry("dual_cross_attention", false),
          entry("reverse_transformer_layers_per_block", false),
          entry("encoder_hid_dim", false),
          entry("encoder_hid_dim_type", false),
          entry("class_embed_type", false),
          entry("num_class_embeds", false),
          entry("class_embeddings_concat", false),
          entry("resnet_time_scale_shift", "default"),
          entry("resnet_skip_time_act", false),
          entry("time_embedding_type", "positional"),
          entry("time_embedding_dim", false),
          entry("time_embedding_act_fn", false),
          entry("timestep_post_act", false),
          entry("conv_in_kernel", 3),
          entry("conv_out_kernel", 3),
          entry("attention_type", "default"),
          entry("cross_attention_norm", false));

  public UNet2DConditionConfig {
    downBlockTypes = List.copyOf(requireGiven("down_block_types", downBlockTypes));
    upBlockTypes = List.copyOf(requireGiven("up_block_types", upBlockTypes));
    blockOutChannels = List.copyOf(requireGiven("block_out_channels", blockOutChannels));
    requireGiven("act_fn", actFn);
    requirePositive("sample_size", sampleSize);
    requirePositive("in_channels", inChannels);
    requirePositive("out_channels", outChannels);
    requirePositive("norm_eps", normEps);
    if (downsamplePadding < 0 || downsamplePadding > 1) {
      throw new InvalidInputException(
          "field 'downsample_padding' is %d; it is 0 or 1.".formatted(downsamplePadding));
    }
    int levels = blockOutChannels.size();
    PerLevel heads = numAttentionHeads == null ? attentionHeadDim : numAttentionHeads;
    requireSupported("down_block_types", downBlockTypes, List.of(CROSS_ATTN_DOWN, "DownBlock2D"));
    requireSupported("up_block_types", upBlockTypes, List.of(CROSS_ATTN_UP, "UpBlock2D"));
    requireLevels("down_block_types", downBlockTypes.size() == levels, levels);
    requireLevels("up_block_types", upBlockTypes.size() == levels, levels);
    requireLevels("layers_per_block", fits(layersPerBlock, levels), levels);
    requireLevels("cross_attention_dim", fits(crossAttentionDim, levels), levels);
    requireLevels("transformer_layers_per_block", fits(transformerLayersPerBlock, levels), levels);
    requireLevels("attention_head_dim", fits(heads, levels), levels);
    requireGroups(blockOutChannels, normNumGroups);
    if (additionEmbedType != null) {
      requireAdditions(additionEmbedType, additionTimeEmbedDim, projectionClassEmbeddingsInputDim);
    }
    if (timeCondProjDim != null && (timeCondProjDim < 4 || timeCondProjDim % 2 != 0)) {
      throw new InvalidInputException(
          "field 'time_cond_proj_dim' is %d; half of it are sines, it must be even and at least 4."
              .formatted(timeCondProjDim));
    }
    if (blockOutChannels.get(0) % 2 != 0) {
      throw new InvalidInputException(
          "field 'block_out_channels' starts with %d; half of them are sines, it must be even."
              .formatted(blockOutChannels.get(0)));
    }
    for (int level = 0; level < levels; level++) {
      boolean attends =
          level == levels - 1
              || downBlockTypes.get(level).equals(CROSS_ATTN_DOWN)
              || upBlockTypes.get(levels - 1 - level).equals(CROSS_ATTN_UP);
      if (attends && blockOutChannels.get(level) % heads.at(level) != 0) {
        throw new InvalidInputException(
            "field 'block_out_channels' has %d, which %d attention heads cannot share."
                .formatted(blockOutChannels.get(level), heads.at(level)));
      }
    }
  }

  /** Of a UNet that is told the prompt alone. */
  public UNet2DConditionConfig(
      int sampleSize,
      int inChannels,
      int outChannels,
      boolean centerInputSample,
      boolean flipSinToCos,
      double freqShift,
      List<String> downBlockTypes,
      List<String> upBlockTypes,
      List<Integer> blockOutChannels,
      PerLevel layersPerBlock,
      int downsamplePadding,
      Activation actFn,
      int normNumGroups,
      double normEps,
      PerLevel crossAttentionDim,
      PerLevel transformerLayersPerBlock,
      PerLevel attentionHeadDim,
      PerLevel numAttentionHeads,
      boolean useLinearProjection,
      boolean upcastAttention) {
    this(
        sampleSize,
        inChannels,
        outChannels,
        centerInputSample,
        flipSinToCos,
        freqShift,
        downBlockTypes,
        upBlockTypes,
        blockOutChannels,
        layersPerBlock,
        downsamplePadding,
        actFn,
        normNumGroups,
        normEps,
        crossAttentionDim,
        transformerLayersPerBlock,
        attentionHeadDim,
        numAttentionHeads,
        useLinearProjection,
        upcastAttention,
        null,
        null,
        null,
        null);
  }

  private static void requireAdditions(String type, Integer timeDim, Integer inputDim) {
    requireSupported("addition_embed_type", List.of(type), List.of(TEXT_TIME));
    requirePositive(
        "addition_time_embed_dim", (int) requireGiven("addition_time_embed_dim", timeDim));
    requirePositive(
        "projection_class_embeddings_input_dim",
        (int) requireGiven("projection_class_embeddings_input_dim", inputDim));
    if (timeDim % 2 != 0) {
      throw new InvalidInputException(
          "field 'addition_time_embed_dim' is %d; half of it are sines, it must be even."
              .formatted(timeDim));
    }
  }

  /**
   * @throws InvalidInputException naming file and field of what cannot be used
   */
  public static UNet2DConditionConfig read(Path file) {
    return ConfigFile.read(file, DEFAULTS, ONLY_SUPPORTED);
  }

  /** Attention heads on a level. */
  public int heads(int level) {
    return (numAttentionHeads == null ? attentionHeadDim : numAttentionHeads).at(level);
  }

  /** Number of resolutions. */
  public int levels() {
    return blockOutChannels.size();
  }

  /** Length of the timestep's embedding. */
  int timeEmbedDim() {
    return 4 * blockOutChannels.get(0);
  }

  private static boolean fits(PerLevel values, int levels) {
    return values != null && values.fits(levels);
  }
}
