package io.chiaroscuro.vae;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.Sequential;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A small autoencoder distilled from a large one, TAESD (<a
 * href="https://github.com/madebyollin/taesd">Bohan 2023</a>) and its kin: much faster and nearly
 * as good, for previews or in place of the large one. Of TAESD itself, whose scaling factor is 1,
 * the latents are diffusion's own.
 */
public final class AutoencoderTiny implements Autoencoder {

  static final String CLASS_NAME = "AutoencoderTiny";

  private final AutoencoderTinyConfig config;
  private final Weights weights;
  private final Layer encoder;
  private final Layer decoder;

  /**
   * @param weights closed with this object
   * @throws io.chiaroscuro.InvalidInputException if tensors are missing, surplus or misshapen
   */
  public AutoencoderTiny(AutoencoderTinyConfig config, Weights weights) {
    this.config = config;
    this.weights = weights;
    this.encoder = encoder(config, weights.at("encoder"));
    this.decoder = decoder(config, weights.at("decoder"));
    weights.requireNoSurplus();
  }

  private AutoencoderTiny(
      AutoencoderTinyConfig config, Weights weights, Layer encoder, Layer decoder) {
    this.config = config;
    this.weights = weights;
    this.encoder = encoder;
    this.decoder = decoder;
  }

  public AutoencoderTinyConfig config() {
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
  public DeterministicLatents encode(Tensor images) {
    TensorShape.requireImages(images, config.inChannels(), downscale());
    try (var scope = new TensorScope()) {
      Tensor unit = images.add(new Scalar(1)).div(new Scalar(2));
      return new DeterministicLatents(
          scope.keep(Profile.network("VAE encoder", () -> encoder.forward(unit))));
    }
  }

  @Override
  public Tensor decode(Tensor latents) {
    TensorShape.requireLatents(latents, config.latentChannels());
    try (var scope = new TensorScope()) {
      Tensor bounded = torch.tanh(latents.div(new Scalar(3))).mul(new Scalar(3));
      Tensor image = Profile.network("VAE decoder", () -> decoder.forward(bounded));
      return scope.keep(image.mul(new Scalar(2)).sub(new Scalar(1)));
    }
  }

  /** {@code z scaling}. */
  @Override
  public Tensor scale(Tensor latents) {
    try (var scope = new TensorScope()) {
      return scope.keep(latents.mul(new Scalar(config.scalingFactor())));
    }
  }

  /** {@code z / scaling}. */
  @Override
  public Tensor unscale(Tensor latents) {
    try (var scope = new TensorScope()) {
      return scope.keep(latents.div(new Scalar(config.scalingFactor())));
    }
  }

  @Override
  public AutoencoderTiny sliced() {
    return new AutoencoderTiny(config, weights, new Sliced(encoder), new Sliced(decoder));
  }

  /** Not there: it needs little memory, and its tiles would differ in tone. */
  @Override
  public AutoencoderTiny tiled() {
    throw new InvalidInputException(
        "A tiny autoencoder needs little memory and takes pictures whole; leave out --vae-tiling, or choose an AutoencoderKL.");
  }

  private static Layer encoder(AutoencoderTinyConfig config, Weights weights) {
    int channels = config.encoderBlockOutChannels().get(0);
    List<Layer> layers = new ArrayList<>();
    int index = 0;
    for (int level = 0; level < config.numEncoderBlocks().size(); level++) {
      Weights first = weights.at("layers", index++);
      layers.add(
          level == 0
              ? new Conv2d(first, config.inChannels(), channels, 3)::forward
              : Conv2d.withoutBias(first, channels, channels, 3, 2)::forward);
      for (int i = 0; i < config.numEncoderBlocks().get(level); i++) {
        layers.add(
            new AutoencoderTinyBlock(weights.at("layers", index++), channels, config.actFn()));
      }
    }
    layers.add(
        new Conv2d(weights.at("layers", index), channels, config.latentChannels(), 3)::forward);
    return new Sequential(layers);
  }

  private static Layer decoder(AutoencoderTinyConfig config, Weights weights) {
    int channels = config.decoderBlockOutChannels().get(0);
    int levels = config.numDecoderBlocks().size();
    List<Layer> layers = new ArrayList<>();
    layers.add(new Conv2d(weights.at("layers.0"), config.latentChannels(), channels, 3)::forward);
    layers.add(config.actFn()::forward);
    // Layers without weights have numbers, too.
    int index = layers.size();
    for (int level = 0; level < levels; level++) {
      for (int i = 0; i < config.numDecoderBlocks().get(level); i++) {
        layers.add(
            new AutoencoderTinyBlock(weights.at("layers", index++), channels, config.actFn()));
      }
      if (level + 1 < levels) {
        layers.add(AutoencoderTiny::doubled);
        index++;
        layers.add(
            Conv2d.withoutBias(weights.at("layers", index++), channels, channels, 3, 1)::forward);
      }
    }
    layers.add(new Conv2d(weights.at("layers", index), channels, config.outChannels(), 3)::forward);
    return new Sequential(layers);
  }

  private static Tensor doubled(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(torch.upsample_nearest2d(x, 2 * x.size(2), 2 * x.size(3)));
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
