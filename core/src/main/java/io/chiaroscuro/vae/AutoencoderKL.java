package io.chiaroscuro.vae;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Family;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.Sequential;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The autoencoder of Stable Diffusion (<a href="https://arxiv.org/abs/2112.10752">Rombach et al.
 * 2022</a>, section 3.1).
 */
public final class AutoencoderKL implements Autoencoder {

  static final String CLASS_NAME = Component.VAE.className();

  private final AutoencoderKLConfig config;
  private final Weights weights;
  private final Layer encoder;
  private final Layer decoder;

  /**
   * @param weights closed with this object
   * @throws InvalidInputException if tensors are missing, surplus or misshapen
   */
  public AutoencoderKL(AutoencoderKLConfig config, Weights weights) {
    this.config = config;
    this.weights = weights;
    int latent = config.latentChannels();
    Layer encode = Encoder.build(config, weights.at("encoder"));
    Layer decode = Decoder.build(config, weights.at("decoder"));
    this.encoder =
        config.useQuantConv()
            ? new Sequential(
                List.of(
                    encode,
                    new Conv2d(weights.at("quant_conv"), 2 * latent, 2 * latent, 1)::forward))
            : encode;
    this.decoder =
        config.usePostQuantConv()
            ? new Sequential(
                List.of(
                    new Conv2d(weights.at("post_quant_conv"), latent, latent, 1)::forward, decode))
            : decode;
    weights.requireNoSurplus();
  }

  private AutoencoderKL(AutoencoderKLConfig config, Weights weights, Layer encoder, Layer decoder) {
    this.config = config;
    this.weights = weights;
    this.encoder = encoder;
    this.decoder = decoder;
  }

  /**
   * Loads a checkpoint's autoencoder.
   *
   * @param dtype what it computes in, unless it is Stable Diffusion XL's and would overflow: then
   *     it does in float32
   * @throws InvalidInputException if config or weights are missing or do not fit each other
   */
  public static AutoencoderKL load(Checkpoint checkpoint, DType dtype, Device device) {
    AutoencoderKLConfig config = AutoencoderKLConfig.read(checkpoint.config(Component.VAE));
    boolean overflows =
        config.forceUpcast() && checkpoint.modelIndex().family() == Family.STABLE_DIFFUSION_XL;
    return checkpoint.build(
        Component.VAE,
        overflows ? DType.FLOAT32 : dtype,
        device,
        weights -> new AutoencoderKL(config, weights));
  }

  @Override
  public AutoencoderKL sliced() {
    return new AutoencoderKL(config, weights, new Sliced(encoder), new Sliced(decoder));
  }

  /**
   * The same autoencoder, taking what is larger than {@link AutoencoderKLConfig#sampleSize} in
   * overlapping tiles of that size, as with diffusers' {@code enable_tiling}: memory for a few
   * tiles however large the picture, a result near to the same. Shares the weights: close one of
   * the two.
   *
   * @throws InvalidInputException if that size does not overlap by whole latents
   */
  @Override
  public AutoencoderKL tiled() {
    int pixels = config.sampleSize();
    int latents = pixels / config.downscale();
    if (pixels % (Tiled.OVERLAP * config.downscale()) != 0) {
      throw new InvalidInputException(
          "The autoencoder's sample_size is %d, of which no tiles can be made; it must be a multiple of %d."
              .formatted(pixels, Tiled.OVERLAP * config.downscale()));
    }
    return new AutoencoderKL(
        config, weights, new Tiled(encoder, pixels, latents), new Tiled(decoder, latents, pixels));
  }

  public AutoencoderKLConfig config() {
    return config;
  }

  @Override
  public int latentChannels() {
    return config.latentChannels();
  }

  @Override
  public int downscale() {
    return config.downscale();
  }

  @Override
  public Weights weights() {
    return weights;
  }

  @Override
  public DiagonalGaussianDistribution encode(Tensor images) {
    TensorShape.requireImages(images, config.inChannels(), downscale());
    try (var scope = new TensorScope()) {
      var distribution =
          DiagonalGaussianDistribution.of(
              Profile.network("VAE encoder", () -> encoder.forward(images)));
      scope.keep(distribution.mean());
      scope.keep(distribution.logvar());
      return distribution;
    }
  }

  @Override
  public Tensor decode(Tensor latents) {
    TensorShape.requireLatents(latents, config.latentChannels());
    return Profile.network("VAE decoder", () -> decoder.forward(latents));
  }

  /**
   * {@code (z - shift) scaling}, or with {@code latents_mean} and {@code latents_std} {@code (z -
   * mean) scaling / std}.
   */
  @Override
  public Tensor scale(Tensor latents) {
    try (var scope = new TensorScope()) {
      if (config.latentsMean() != null) {
        return scope.keep(
            latents
                .sub(perChannel(config.latentsMean(), latents))
                .mul(new Scalar(config.scalingFactor()))
                .div(perChannel(config.latentsStd(), latents)));
      }
      Tensor centered =
          config.shiftFactor() == 0 ? latents : latents.sub(new Scalar(config.shiftFactor()));
      return scope.keep(centered.mul(new Scalar(config.scalingFactor())));
    }
  }

  /** {@code z / scaling + shift}, or {@code z std / scaling + mean}. */
  @Override
  public Tensor unscale(Tensor latents) {
    try (var scope = new TensorScope()) {
      if (config.latentsMean() != null) {
        return scope.keep(
            latents
                .mul(perChannel(config.latentsStd(), latents))
                .div(new Scalar(config.scalingFactor()))
                .add(perChannel(config.latentsMean(), latents)));
      }
      Tensor divided = latents.div(new Scalar(config.scalingFactor()));
      return scope.keep(
          config.shiftFactor() == 0 ? divided : divided.add(new Scalar(config.shiftFactor())));
    }
  }

  /** (1, C, 1, 1) where the latents are, in their type. */
  private static Tensor perChannel(List<Double> values, Tensor latents) {
    try (var scope = new TensorScope()) {
      double[] numbers = values.stream().mapToDouble(Double::doubleValue).toArray();
      return scope.keep(Tensors.of(numbers, 1, numbers.length, 1, 1).to(latents));
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
