package io.chiaroscuro.pipeline;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Pictures from another picture (SDEdit, <a href="https://arxiv.org/abs/2108.01073">Meng et al.
 * 2021</a>), as diffusers' {@code StableDiffusionImg2ImgPipeline} makes them: its latents x_0 are
 * noised to the first timestep t that the {@link Strength} leaves, and denoised from there,
 *
 * <pre>x_t = sqrt(abar_t) x_0 + sqrt(1 - abar_t) eps</pre>
 *
 * or what that is in the sampler's own scaling. This is the start with a signal leak, with the
 * picture as the leak and another t. So a leak that is given besides takes its place in x_0 itself,
 * as {@link io.chiaroscuro.leak.SignalLeak#sampleInto} says, and the lower the strength, the more
 * of it stays.
 */
public final class ImageToImage implements GenerationTask {

  private final StableDiffusion model;
  private final Strength strength;
  private final EncodedImage image;

  /**
   * @param image of the size to be made
   * @throws io.chiaroscuro.InvalidInputException if the model is one for inpainting, or its
   *     autoencoder does not take pictures of this size
   */
  public ImageToImage(StableDiffusion model, RgbImage image, Strength strength) {
    model.requireTextToImage();
    model.latentShape(image.width(), image.height());
    this.model = model;
    this.strength = strength;
    try (var scope = new TensorScope()) {
      this.image = new EncodedImage(model, image.toTensor());
    }
  }

  @Override
  public Generation start(
      GenerationRequest request,
      int batch,
      Supplier<Tensor> noise,
      Optional<SeededLeak> leak,
      NoiseSource generator) {
    try (var scope = new TensorScope()) {
      Tensor latents = image.sample(batch, generator);
      Tensor original = leak.isPresent() ? leak.get().sampleInto(latents) : latents;
      Tensor unit = noise.get();
      return new Generation(
          strength.start(request), model, request, Start.leak(unit, original), generator);
    }
  }

  @Override
  public int steps(GenerationRequest request) {
    return strength.steps(request);
  }

  @Override
  public void close() {
    image.close();
  }
}
