package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.DdimInverseScheduler;
import io.chiaroscuro.scheduler.DenoisingLoop;
import io.chiaroscuro.scheduler.DenoisingStep;
import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Iterator;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A picture on its way back to noise, by {@link DdimInverseScheduler}, as a lazy sequence of steps.
 * {@link Generation#withoutLeak} from the {@link #latents} at the end, by DDIM and with the same
 * prompt, guidance and number of steps, gives the picture back, the better the more steps.
 *
 * <p>The latents it ends with hold what the signal leak stands for: the picture's share of the
 * noisiest timestep.
 */
public final class Inversion implements Iterator<DenoisingStep>, AutoCloseable {

  private final GuidedDenoiser denoiser;
  private final DenoisingLoop loop;

  /**
   * @param request prompt, number of steps and the model's noise; its guidance scale has to be 1,
   *     since guidance is not the flow that the picture lies on
   * @param image of the request's size
   * @throws InvalidInputException if the request does not suit the model or the picture
   */
  public Inversion(StableDiffusion model, GenerationRequest request, RgbImage image) {
    if (request.isGuided()) {
      throw new InvalidInputException(
          "The inversion of a picture goes without guidance, but the guidance scale is %s; give 1."
              .formatted(request.guidanceScale()));
    }
    if (image.width() != request.width() || image.height() != request.height()) {
      throw new InvalidInputException(
          "The picture to be inverted has %d x %d pixels, but %d x %d are asked for; give its own size."
              .formatted(image.width(), image.height(), request.width(), request.height()));
    }
    model.latentShape(image.width(), image.height());
    try (var scope = new TensorScope();
        var opened = new Opened()) {
      Trajectory trajectory =
          opened.add(
              new DdimInverseScheduler(request.scheduler()).start(request.numInferenceSteps()));
      Tensor latents = new LatentEncoder(model.vae()).encode(List.of(image));
      this.denoiser = opened.add(new GuidedDenoiser(model, request, 1));
      this.loop = new DenoisingLoop(trajectory, denoiser, latents, Inversion::noNoise);
      opened.release();
    }
  }

  private static Tensor noNoise(DType dtype, long... shape) {
    throw new IllegalStateException("The inversion draws no noise.");
  }

  /** The latents after the latest step, before the first the picture's; valid until the next. */
  public Tensor latents() {
    return loop.latents();
  }

  @Override
  public boolean hasNext() {
    return loop.hasNext();
  }

  @Override
  public DenoisingStep next() {
    return loop.next();
  }

  @Override
  public void close() {
    loop.close();
    denoiser.close();
  }
}
