package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.bytedeco.pytorch.Tensor;

/**
 * The way from noise to image as a lazy sequence of steps: nothing is computed until a step is
 * pulled, so progress and previews come from iterating, and stopping is cancelling.
 *
 * <pre>{@code
 * try (var loop = new DenoisingLoop(trajectory, denoiser, initialLatents, generator)) {
 *   for (DenoisingStep step : loop) {
 *     System.out.printf("%d of %d%n", step.index() + 1, step.total());
 *   }
 *   return vae.decode(loop.latents());
 * }
 * }</pre>
 *
 * <p>The loop owns the latents of one step at a time: pulling the next step or closing the loop
 * frees those of the one before. It closes the trajectory; the initial latents and the generator
 * stay the caller's.
 */
public final class DenoisingLoop
    implements Iterable<DenoisingStep>, Iterator<DenoisingStep>, AutoCloseable {

  private final Trajectory trajectory;
  private final Denoiser denoiser;
  private final NoiseSource generator;
  private final double[] timesteps;
  private StepResult latest;
  private int next;

  /**
   * @param initialLatents from {@link Trajectory#initialLatents}
   * @param generator where stochastic samplers draw their noise
   */
  public DenoisingLoop(
      Trajectory trajectory, Denoiser denoiser, Tensor initialLatents, NoiseSource generator) {
    this.trajectory = trajectory;
    this.denoiser = denoiser;
    this.generator = generator;
    this.timesteps = trajectory.timesteps();
    try (var scope = new TensorScope()) {
      // Handles of our own on the caller's storage, so that the first step frees them like any.
      this.latest =
          new StepResult(
              scope.own(new Tensor(initialLatents)), scope.own(new Tensor(initialLatents)));
    }
  }

  @Override
  public boolean hasNext() {
    return next < timesteps.length;
  }

  /**
   * Computes the next step.
   *
   * @throws InvalidInputException if the network returns NaN or infinity
   */
  @Override
  public DenoisingStep next() {
    if (!hasNext()) {
      throw new NoSuchElementException("All " + timesteps.length + " steps are done.");
    }
    int index = next;
    StepResult result;
    try (var scope = new TensorScope()) {
      Tensor scaled = trajectory.scaleModelInput(latest.prevSample(), index);
      Tensor modelOutput = denoiser.denoise(scaled, timesteps[index]);
      if (!Tensors.isFinite(modelOutput)) {
        throw new InvalidInputException(
            "The model's output is NaN or infinite at step %d of %d (timestep %.0f); choose --dtype float32 or bfloat16, or where that is in use fetch the weights again."
                .formatted(index + 1, timesteps.length, timesteps[index]));
      }
      StepResult step = trajectory.step(modelOutput, index, latest.prevSample(), generator);
      result = new StepResult(scope.own(step.prevSample()), scope.own(step.predOriginalSample()));
    }
    release();
    latest = result;
    next = index + 1;
    return new DenoisingStep(
        index,
        timesteps.length,
        timesteps[index],
        result.prevSample(),
        result.predOriginalSample());
  }

  /** The loop itself: it can be walked once. */
  @Override
  public Iterator<DenoisingStep> iterator() {
    return this;
  }

  /** The latents after the latest step, the initial ones before the first; the loop's own. */
  public Tensor latents() {
    return latest.prevSample();
  }

  @Override
  public void close() {
    release();
    trajectory.close();
  }

  private void release() {
    latest.prevSample().close();
    latest.predOriginalSample().close();
  }
}
