package io.chiaroscuro.original;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.scheduler.PredictionType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * The files of settings that diffusers' layout has and one file lacks: sizes from the tensors'
 * shapes, the rest as published for the family.
 */
final class Settings {

  /** What was trained on pictures of 512 among 2.x, namely to predict the noise. */
  private static final int BASE_SIZE_OF_V2 = 512;

  private static final int DOWNSCALE = 8;

  private final Family family;
  private final PredictionType predictionType;

  Settings(Family family, PredictionType predictionType) {
    this.family = family;
    this.predictionType = predictionType;
  }

  private int trainedSize() {
    return family == Family.V2 && predictionType == PredictionType.EPSILON
        ? BASE_SIZE_OF_V2
        : family.trainedSize();
  }

  ObjectNode unet(NetworkShapes shapes) {
    int levels = shapes.count("down_blocks", "resnets.0.conv1.weight");
    List<Integer> channels = new ArrayList<>();
    List<String> downBlocks = new ArrayList<>();
    List<String> upBlocks = new ArrayList<>();
    List<Integer> depths = new ArrayList<>();
    List<Integer> heads = new ArrayList<>();
    for (int level = 0; level < levels; level++) {
      String down = "down_blocks." + level;
      channels.add(shapes.size(down + ".resnets.0.conv1.weight", 0));
      heads.add(family.heads(channels.get(level)));
      boolean attends = shapes.has(down + ".attentions.0.norm.weight");
      downBlocks.add(attends ? "CrossAttnDownBlock2D" : "DownBlock2D");
      upBlocks.add(
          shapes.has("up_blocks." + level + ".attentions.0.norm.weight")
              ? "CrossAttnUpBlock2D"
              : "UpBlock2D");
      // The lowest level's depth is the middle's too, which attends where the level may not.
      depths.add(depth(shapes, attends ? down : level == levels - 1 ? "mid_block" : ""));
    }
    String crossAttention = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight";
    ObjectNode json = object();
    json.put("_class_name", "UNet2DConditionModel");
    json.put("act_fn", "silu");
    putPerLevel(json, "attention_head_dim", heads);
    json.set("block_out_channels", array(channels));
    json.put("center_input_sample", false);
    json.put("cross_attention_dim", shapes.size(crossAttention, 1));
    json.set("down_block_types", array(downBlocks));
    json.put("downsample_padding", 1);
    json.put("flip_sin_to_cos", true);
    json.put("freq_shift", 0);
    json.put("in_channels", shapes.size("conv_in.weight", 1));
    json.put("layers_per_block", shapes.count("down_blocks.0.resnets", "conv1.weight"));
    json.put("mid_block_scale_factor", 1);
    json.put("norm_eps", 1e-5);
    json.put("norm_num_groups", 32);
    json.put("out_channels", shapes.size("conv_out.weight", 0));
    json.put("sample_size", trainedSize() / DOWNSCALE);
    putPerLevel(json, "transformer_layers_per_block", depths);
    json.set("up_block_types", array(upBlocks));
    json.put("upcast_attention", family == Family.V2);
    json.put("use_linear_projection", shapes.axes("mid_block.attentions.0.proj_in.weight") == 2);
    if (family.isXl()) {
      json.put("addition_embed_type", "text_time");
      json.put("addition_time_embed_dim", 256);
      json.put(
          "projection_class_embeddings_input_dim", shapes.size("add_embedding.linear_1.weight", 1));
    }
    return json;
  }

  private static int depth(NetworkShapes shapes, String block) {
    return Math.max(1, shapes.count(block + ".attentions.0.transformer_blocks", "norm1.weight"));
  }

  ObjectNode vae(NetworkShapes shapes) {
    int levels = shapes.count("encoder.down_blocks", "resnets.0.conv1.weight");
    List<Integer> channels = new ArrayList<>();
    for (int level = 0; level < levels; level++) {
      channels.add(
          shapes.size("encoder.down_blocks.%d.resnets.0.conv1.weight".formatted(level), 0));
    }
    ObjectNode json = object();
    json.put("_class_name", "AutoencoderKL");
    json.put("act_fn", "silu");
    json.set("block_out_channels", array(channels));
    json.set("down_block_types", array(Collections.nCopies(levels, "DownEncoderBlock2D")));
    if (family.isXl()) {
      json.put("force_upcast", true); // It overflows in float16.
    }
    json.put("in_channels", shapes.size("encoder.conv_in.weight", 1));
    json.put("latent_channels", shapes.size("decoder.conv_in.weight", 1));
    json.put("layers_per_block", shapes.count("encoder.down_blocks.0.resnets", "conv1.weight"));
    json.put("norm_num_groups", 32);
    json.put("out_channels", shapes.size("decoder.conv_out.weight", 0));
    json.put("sample_size", trainedSize());
    json.put("scaling_factor", family.scalingFactor());
    json.set("up_block_types", array(Collections.nCopies(levels, "UpDecoderBlock2D")));
    return json;
  }

  ObjectNode textEncoder(TextEncoder encoder, NetworkShapes shapes) {
    String tokens = "text_model.embeddings.token_embedding.weight";
    int hidden = shapes.size(tokens, 1);
    ObjectNode json = object();
    json.putArray("architectures").add(encoder.className());
    json.put("attention_dropout", 0.0);
    json.put("bos_token_id", 0);
    json.put("dropout", 0.0);
    json.put("eos_token_id", 2); // As published: transformers then takes the first end of text.
    json.put("hidden_act", encoder.isOpenClip() ? "gelu" : "quick_gelu");
    json.put("hidden_size", hidden);
    json.put("initializer_factor", 1.0);
    json.put("initializer_range", 0.02);
    json.put("intermediate_size", shapes.size("text_model.encoder.layers.0.mlp.fc1.weight", 0));
    json.put("layer_norm_eps", 1e-5);
    json.put(
        "max_position_embeddings",
        shapes.size("text_model.embeddings.position_embedding.weight", 0));
    json.put("model_type", "clip_text_model");
    json.put("num_attention_heads", Math.max(1, hidden / 64)); // In every published one.
    json.put("num_hidden_layers", shapes.count("text_model.encoder.layers", "layer_norm1.weight"));
    json.put("pad_token_id", 1);
    json.put(
        "projection_dim",
        encoder.hasProjection() ? shapes.size("text_projection.weight", 0) : hidden);
    json.put("vocab_size", shapes.size(tokens, 0));
    return json;
  }

  /** Each family's own sampler. */
  ObjectNode scheduler() {
    ObjectNode json = object();
    json.put("_class_name", schedulerClass());
    json.put("beta_end", 0.012);
    json.put("beta_schedule", "scaled_linear");
    json.put("beta_start", 0.00085);
    json.put("clip_sample", false);
    json.put("num_train_timesteps", 1000);
    json.put("prediction_type", predictionType.name().toLowerCase(Locale.ROOT));
    json.put("set_alpha_to_one", false);
    json.put("skip_prk_steps", true);
    json.put("steps_offset", 1);
    json.putNull("trained_betas");
    if (family.isXl()) {
      json.put("interpolation_type", "linear");
      json.put("timestep_spacing", "leading");
      json.put("use_karras_sigmas", false);
    }
    return json;
  }

  private String schedulerClass() {
    return switch (family) {
      case V1 -> "PNDMScheduler";
      case V2 -> "DDIMScheduler";
      case XL, XL_REFINER -> "EulerDiscreteScheduler";
    };
  }

  ObjectNode modelIndex(List<TextEncoder> textEncoders, boolean isInpainting) {
    ObjectNode json = object();
    json.put("_class_name", pipelineClass(isInpainting));
    for (TextEncoder encoder : textEncoders) {
      json.putArray(encoder.folder()).add("transformers").add(encoder.className());
      json.putArray(encoder.tokenizer()).add("transformers").add("CLIPTokenizer");
    }
    json.putArray("unet").add("diffusers").add("UNet2DConditionModel");
    json.putArray("vae").add("diffusers").add("AutoencoderKL");
    json.putArray("scheduler").add("diffusers").add(schedulerClass());
    if (family.isXl()) {
      json.put("force_zeros_for_empty_prompt", family == Family.XL);
      if (family == Family.XL_REFINER) {
        json.put("requires_aesthetics_score", true);
      }
    } else {
      json.put("requires_safety_checker", false);
    }
    List<String> absent =
        new ArrayList<>(
            family.isXl()
                ? List.of("text_encoder", "tokenizer", "feature_extractor", "image_encoder")
                : List.of("safety_checker", "feature_extractor", "image_encoder"));
    absent.removeAll(names(textEncoders));
    absent.forEach(name -> json.putArray(name).addNull().addNull());
    return json;
  }

  private static HashSet<String> names(List<TextEncoder> textEncoders) {
    HashSet<String> names = new HashSet<>();
    textEncoders.forEach(encoder -> names.addAll(List.of(encoder.folder(), encoder.tokenizer())));
    return names;
  }

  private String pipelineClass(boolean isInpainting) {
    if (family == Family.XL_REFINER) {
      return "StableDiffusionXLImg2ImgPipeline";
    }
    return "StableDiffusion"
        + (family.isXl() ? "XL" : "")
        + (isInpainting ? "Inpaint" : "")
        + "Pipeline";
  }

  /** Once for all levels where they agree, as published. */
  private static void putPerLevel(ObjectNode json, String field, List<Integer> values) {
    if (!values.isEmpty() && new HashSet<>(values).size() == 1) {
      json.put(field, values.get(0));
    } else {
      json.set(field, array(values));
    }
  }

  private static ArrayNode array(List<?> values) {
    return new JsonMapper().valueToTree(values);
  }

  private static ObjectNode object() {
    return new JsonMapper().createObjectNode();
  }
}
