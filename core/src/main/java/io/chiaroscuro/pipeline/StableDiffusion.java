package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import io.chiaroscuro.vae.Autoencoder;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A Stable Diffusion checkpoint, loaded: its networks, its tokenizers and the settings of its
 * sampler. Latents are float32 everywhere between networks.
 *
 * @param checkpoint where it was loaded from
 * @param textEncoders closed with this object, as the other networks are
 * @param schedulerConfig the checkpoint's own sampler
 * @param device where the networks compute
 * @param dtype what they compute in, but for Stable Diffusion XL's autoencoder, see {@link
 *     AutoencoderKL#load}
 */
public record StableDiffusion(
    Checkpoint checkpoint,
    TextEncoders textEncoders,
    UNet2DConditionModel unet,
    Autoencoder vae,
    SchedulerConfig schedulerConfig,
    Device device,
    DType dtype)
    implements AutoCloseable {

  /**
   * Loads a checkpoint in diffusers' layout.
   *
   * @throws InvalidInputException if a part is missing, damaged or does not fit the others
   */
  public static StableDiffusion load(Path folder, Device device, DType dtype) {
    return load(folder, device, dtype, List.of());
  }

  /**
   * Loads a checkpoint that also understands learnt words in prompts.
   *
   * @param embeddings stay the caller's, to be closed after the model's last use
   * @throws InvalidInputException if a part is missing, damaged or does not fit the others
   */
  public static StableDiffusion load(
      Path folder, Device device, DType dtype, List<LearnedEmbedding> embeddings) {
    return load(Checkpoint.open(folder), device, dtype, embeddings);
  }

  /** As {@link #load(Path, Device, DType, List)}, of a checkpoint that was opened. */
  public static StableDiffusion load(
      Checkpoint checkpoint, Device device, DType dtype, List<LearnedEmbedding> embeddings) {
    return load(checkpoint, device, dtype, embeddings, Segments.PLAIN, Segments.PLAIN);
  }

  /**
   * As {@link #load(Checkpoint, Device, DType, List)}, to be trained.
   *
   * @param ofTextEncoder how its segments are computed
   * @param ofUnet likewise
   */
  public static StableDiffusion load(
      Checkpoint checkpoint,
      Device device,
      DType dtype,
      List<LearnedEmbedding> embeddings,
      Segments ofTextEncoder,
      Segments ofUnet) {
    SchedulerConfig schedulerConfig = schedulerConfig(checkpoint);
    try (var opened = new Opened()) {
      var textEncoders = opened.add(TextEncoders.load(checkpoint, device, dtype, ofTextEncoder));
      for (LearnedEmbedding embedding : embeddings) {
        textEncoders = opened.replace(textEncoders, textEncoders.taught(embedding));
      }
      var unet = opened.add(UNet2DConditionModel.load(checkpoint, dtype, device, ofUnet));
      var vae = opened.add(AutoencoderKL.load(checkpoint, dtype, device));
      requireFits(checkpoint, textEncoders, unet, vae);
      opened.release();
      return new StableDiffusion(
          checkpoint, textEncoders, unet, vae, schedulerConfig, device, dtype);
    }
  }

  /** The tokenizer of the first text encoder. */
  public CLIPTokenizer tokenizer() {
    return textEncoders.towers().get(0).tokenizer();
  }

  /** The first text encoder: in Stable Diffusion 1.x and 2.x the only one. */
  public CLIPTextModel textEncoder() {
    return textEncoders.towers().get(0).textModel();
  }

  /** The same with another sampler. */
  public StableDiffusion withSchedulerConfig(SchedulerConfig config) {
    return new StableDiffusion(checkpoint, textEncoders, unet, vae, config, device, dtype);
  }

  /** The same with another tokenizer of the first text encoder; the one it had stays open. */
  public StableDiffusion withTokenizer(CLIPTokenizer tokenizer) {
    return new StableDiffusion(
        checkpoint,
        textEncoders.withTokenizer(tokenizer),
        unet,
        vae,
        schedulerConfig,
        device,
        dtype);
  }

  /**
   * The checkpoint's own sampler; for 1.x and 2.x with the two settings that {@code
   * StableDiffusionPipeline} corrects in configurations older than itself.
   */
  public static SchedulerConfig schedulerConfig(Checkpoint checkpoint) {
    SchedulerConfig own = SchedulerConfig.read(checkpoint.path("scheduler/scheduler_config.json"));
    return switch (checkpoint.modelIndex().family()) {
      case STABLE_DIFFUSION -> corrected(own);
      case STABLE_DIFFUSION_XL -> own;
    };
  }

  /** Stable Diffusion was trained and is sampled so, whatever a file leaves to the defaults. */
  private static SchedulerConfig corrected(SchedulerConfig config) {
    return config.with("steps_offset", 1).with("clip_sample", false);
  }

  /**
   * The latents of pictures of this size.
   *
   * @throws InvalidInputException if the autoencoder cannot make a picture of this size
   */
  public LatentShape latentShape(int width, int height) {
    return new LatentEncoder(vae).latentShape(width, height);
  }

  /** The networks that a LoRA may adapt. */
  public Map<Component, Weights> networks() {
    Map<Component, Weights> networks = textEncoders.networks();
    networks.put(Component.UNET, unet.weights());
    return networks;
  }

  /** diffusers' default for this family, {@code w} of classifier-free guidance. */
  public double defaultGuidanceScale() {
    return switch (checkpoint.modelIndex().family()) {
      case STABLE_DIFFUSION -> 7.5;
      case STABLE_DIFFUSION_XL -> 5;
    };
  }

  /** The side of the square pictures this model was trained on, in pixels. */
  public int trainedSize() {
    return unet.config().sampleSize() * vae.downscale();
  }

  /**
   * As {@link #trainedSize()}, by a checkpoint's settings alone.
   *
   * @throws InvalidInputException if those of a network are missing or malformed
   */
  public static int trainedSize(Checkpoint checkpoint) {
    return UNet2DConditionConfig.read(checkpoint.config(Component.UNET)).sampleSize()
        * AutoencoderKLConfig.read(checkpoint.config(Component.VAE)).downscale();
  }

  /**
   * What latents were multiplied by in training: a matter of the checkpoint, whatever autoencoder
   * has taken the place of its own.
   */
  public double scalingFactor() {
    return AutoencoderKLConfig.read(checkpoint.config(Component.VAE)).scalingFactor();
  }

  /**
   * The pictures that diffusion's latents stand for.
   *
   * @param latents (B, C, h, w), scaled, any floating type
   * @throws InvalidInputException if a latent is NaN or infinite, or the autoencoder's output is
   */
  public List<RgbImage> decode(Tensor latents) {
    try (var scope = new TensorScope()) {
      Tensor images = vae.decode(Tensors.to(vae.unscale(latents), device, vae.weights().dtype()));
      if (!Tensors.isFinite(images)) {
        throw new InvalidInputException(
            "The decoded picture is NaN or infinite; choose --dtype float32 or bfloat16, or where that is in use fetch the weights again.");
      }
      return RgbImage.fromTensor(images);
    }
  }

  /**
   * A colour as the mean of each latent channel: that of a picture in this colour alone, so that
   * users speak in colours and {@link io.chiaroscuro.leak.LeakControls#withMeanColor} in latents.
   *
   * @param width of the pictures to be made, in pixels
   * @param height likewise
   */
  public double[] meanColor(int red, int green, int blue, int width, int height) {
    latentShape(width, height);
    try (var scope = new TensorScope()) {
      Tensor latents =
          new LatentEncoder(vae).encode(List.of(RgbImage.solid(width, height, red, green, blue)));
      return Tensors.doubles(latents.mean(0, 2, 3));
    }
  }

  private static void requireFits(
      Checkpoint checkpoint,
      TextEncoders textEncoders,
      UNet2DConditionModel unet,
      Autoencoder vae) {
    Path folder = checkpoint.folder();
    int hidden = textEncoders.hiddenSize();
    if (unet.config().crossAttentionDim().at(0) != hidden) {
      throw new InvalidInputException(
          "In %s the UNet attends to vectors of %d numbers, but the text encoder yields %d; take both from the same checkpoint."
              .formatted(folder, unet.config().crossAttentionDim().at(0), hidden));
    }
    requireFitsAdditions(checkpoint, textEncoders, unet.config());
    int channels = vae.latentChannels();
    int in = unet.config().inChannels();
    if (in != channels && in != forInpainting(channels)
        || unet.config().outChannels() != channels) {
      throw new InvalidInputException(
          "In %s the UNet has %d input and %d output channels, but the autoencoder %d; only UNets with as many, or for inpainting %d input channels, are supported."
              .formatted(
                  folder, in, unet.config().outChannels(), channels, forInpainting(channels)));
    }
  }

  private static void requireFitsAdditions(
      Checkpoint checkpoint, TextEncoders textEncoders, UNet2DConditionConfig unet) {
    int pooled = textEncoders.pooledLength().orElse(0);
    boolean takesSizes = unet.additionEmbedType() != null;
    int ids = MicroConditioning.NONE.wantedIds(checkpoint.modelIndex(), 1, 1).length;
    int sizes = takesSizes ? ids * unet.additionTimeEmbedDim() : 0;
    int taken = takesSizes ? unet.projectionClassEmbeddingsInputDim() : 0;
    if (pooled + sizes != taken) {
      throw new InvalidInputException(
          "In %s the UNet takes %d numbers beside the prompt's tokens, but the text encoders and sizes yield %d; take all from the same checkpoint."
              .formatted(checkpoint.folder(), taken, pooled + sizes));
    }
  }

  /** Channels of an inpainting UNet's input: the latents, the mask, the masked image's latents. */
  private static int forInpainting(int latentChannels) {
    return latentChannels + 1 + latentChannels;
  }

  /** Whether the UNet sees mask and masked image beside the latents, and can do nothing else. */
  boolean isForInpainting() {
    return unet.config().inChannels() == forInpainting(vae.latentChannels());
  }

  /**
   * @throws InvalidInputException if the UNet was trained for inpainting
   */
  public void requireTextToImage() {
    if (isForInpainting()) {
      throw new InvalidInputException(
          "The UNet of %s was trained for inpainting; give an image and a mask, or choose another checkpoint."
              .formatted(checkpoint.name()));
    }
  }

  /** What a picture's provenance says of the model. */
  public Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", checkpoint.name());
    facts.put("model_hash", checkpoint.hash());
    facts.put("dtype", dtype.toString());
    facts.put("device", device.toString());
    return facts;
  }

  /**
   * The same with the autoencoder of a folder, see {@link #withVae(Autoencoder)}; it computes in
   * the type of the one that it replaces.
   *
   * @param folder with {@code config.json} and weights, or with a folder {@code vae} like that
   * @throws InvalidInputException if it is missing or damaged, or its latents have another shape
   */
  public StableDiffusion withVae(Path folder) {
    try (var opened = new Opened()) {
      var other = opened.add(Autoencoder.read(folder, vae.weights().dtype(), device));
      StableDiffusion model = withVae(other);
      opened.release();
      return model;
    }
  }

  /**
   * The same with another autoencoder, closed in place of this one's, which the caller closes
   * unless the other shares its weights.
   *
   * @throws InvalidInputException if its latents have another shape
   */
  public StableDiffusion withVae(Autoencoder other) {
    if (other.latentChannels() != vae.latentChannels() || other.downscale() != vae.downscale()) {
      throw new InvalidInputException(
          "The autoencoder has latents of %d channels at 1/%d of the size, but those of %s have %d at 1/%d; choose one of the same family."
              .formatted(
                  other.latentChannels(),
                  other.downscale(),
                  checkpoint.name(),
                  vae.latentChannels(),
                  vae.downscale()));
    }
    return new StableDiffusion(
        checkpoint, textEncoders, unet, other, schedulerConfig, device, dtype);
  }

  @Override
  public void close() {
    textEncoders.close();
    unet.close();
    vae.close();
  }
}
