package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Mask;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Paints the masked part of a picture anew, as diffusers' {@code StableDiffusionInpaintPipeline}
 * does: with an ordinary UNet by {@linkplain BlendedTrajectory laying the picture over} everything
 * else after each step, with a UNet trained for inpainting by {@linkplain ConditionedTrajectory
 * showing it} mask and picture.
 *
 * <p>At full {@link Strength} the start is that of {@link TextToImage}, noise alone or with a
 * signal leak; below it is that of {@link ImageToImage}. Either way the leak is for what is painted
 * anew: where the mask is black an ordinary UNet finds the picture, and the other takes it from
 * what it is shown.
 */
public final class Inpainting implements GenerationTask {

  private final StableDiffusion model;
  private final Strength strength;
  private final EncodedImage image;
  private final EncodedImage maskedImage;
  private final Tensor mask;

  /**
   * @param image of the size to be made
   * @param mask of the same size
   * @throws InvalidInputException if nothing is to be painted anew, or the model's autoencoder does
   *     not take pictures of this size
   */
  public Inpainting(StableDiffusion model, RgbImage image, Mask mask, Strength strength) {
    if (mask.isBlack()) {
      throw new InvalidInputException(
          "The mask has no white pixel, so nothing would be painted anew; make white what shall be.");
    }
    var shape = model.latentShape(image.width(), image.height());
    this.model = model;
    this.strength = strength;
    try (var scope = new TensorScope();
        var opened = new Opened()) {
      Tensor pixels = image.toTensor();
      Tensor white = mask.toTensor();
      Tensor masked = pixels.mul(white.lt(new Scalar(0.5)));
      this.image = opened.add(new EncodedImage(model, pixels));
      this.maskedImage = opened.add(new EncodedImage(model, masked));
      this.mask =
          opened.add(scope.own(torch.upsample_nearest2d(white, shape.height(), shape.width())));
      opened.release();
    }
  }

  @Override
  public Generation start(
      GenerationRequest request,
      int batch,
      Supplier<Tensor> noise,
      Optional<SeededLeak> leak,
      NoiseSource generator) {
    boolean conditioned = model.isForInpainting();
    try (var scope = new TensorScope()) {
      Optional<Tensor> latents =
          conditioned && strength.isFull()
              ? Optional.empty()
              : Optional.of(image.sample(batch, generator));
      Tensor unit = noise.get();
      // Drawn in any case, so that the sampler's own noise is diffusers'.
      Tensor maskedLatents = maskedImage.sample(batch, generator);
      Start start =
          strength.isFull()
              ? leak.map(l -> Start.leak(unit, l.sample())).orElseGet(() -> Start.noise(unit))
              : Start.leak(
                  unit, leak.map(l -> l.sampleInto(latents.get())).orElseGet(latents::get));
      Trajectory steps = strengthFor(request).start(request);
      Trajectory masked =
          conditioned
              ? new ConditionedTrajectory(steps, mask, maskedLatents)
              : new BlendedTrajectory(steps, mask, latents.get(), unit);
      return new Generation(masked, model, request, start, generator);
    }
  }

  @Override
  public int steps(GenerationRequest request) {
    return strengthFor(request).steps(request);
  }

  private Strength strengthFor(GenerationRequest request) {
    if (request.handOver().isPresent()) {
      throw new InvalidInputException(
          "A refiner would paint over what the mask keeps; leave out the refiner or the mask.");
    }
    return strength;
  }

  @Override
  public void close() {
    image.close();
    maskedImage.close();
    mask.close();
  }
}
