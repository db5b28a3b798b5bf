package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One run of a sampler from noise to image: the timesteps it visits and what it remembers between
 * them. Steps are taken in order, each once. Not thread-safe; closing frees what it remembers.
 */
public interface Trajectory extends AutoCloseable {

  /** The timesteps visited, first the noisiest, of an inversion the cleanest; a copy. */
  double[] timesteps();

  /** How many steps there are: the length of {@link #timesteps}. */
  int length();

  /**
   * How many steps here are one of {@code numInferenceSteps}, diffusers' {@code order}: 2 where a
   * sampler asks the network twice a step.
   */
  default int order() {
    return 1;
  }

  /**
   * What is left of this run, not begun, when it begins at step {@code begin}: for a sample that is
   * only that noisy. Closing either closes both.
   *
   * @param begin 0..length - 1
   */
  default Trajectory from(int begin) {
    return new PartOfTrajectory(this, begin, length());
  }

  /**
   * This run, not begun, as far as step {@code end}: for a sample that another goes on with.
   * Closing either closes both.
   *
   * @param end the first step that is not taken, 1..length
   */
  default Trajectory until(int end) {
    return new PartOfTrajectory(this, 0, end);
  }

  /** The standard deviation of the start without a leak, diffusers' {@code init_noise_sigma}. */
  double initNoiseSigma();

  /** How a sample entering step {@code index} is composed, in this sampler's own scaling. */
  NoiseLevel noiseLevel(int index);

  /** The sample as the network wants to see it at step {@code index}. */
  Tensor scaleModelInput(Tensor sample, int index);

  /**
   * Takes step {@code index}.
   *
   * @param modelOutput what the network returned for the scaled sample; same shape as {@code
   *     sample}
   * @param sample the sample entering the step
   * @param generator where stochastic samplers draw their noise; deterministic ones leave it alone
   */
  StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator);

  /** Frees what multistep samplers remember. */
  @Override
  void close();

  /** The start that diffusers makes: {@code initNoiseSigma * noise}. */
  default Tensor initialLatents(Tensor noise) {
    try (var scope = new TensorScope()) {
      return scope.keep(noise.mul(new Scalar(initNoiseSigma())));
    }
  }

  /**
   * The start with a signal leak (<a href="https://arxiv.org/abs/2309.15842">Everaert et al.,
   * 2023</a>): what training showed the network at the first timestep visited, {@code signalRate *
   * leak + noiseRate * noise}. The one place where the leak meets a sampler.
   *
   * @param noise unit normal, (B, C, H, W)
   * @param leak drawn from the distribution of training latents, of the same shape
   */
  default Tensor initialLatents(Tensor noise, Tensor leak) {
    return noiseLevel(0).mix(leak, noise);
  }
}
