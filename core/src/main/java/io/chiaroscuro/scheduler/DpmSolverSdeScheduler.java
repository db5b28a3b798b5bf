package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.NoiseSource;
import org.bytedeco.pytorch.Tensor;

/**
 * DPM-Solver++ (stochastic), second order and single step, as k-diffusion's {@code dpmpp_sde}: an
 * ancestral step of the exponential integrator to the midpoint in the logarithm of sigma, and from
 * the start again, with the prediction made there, the whole way.
 *
 * <p>The noises of both are increments of one Brownian motion over sigma, so the second contains
 * the first. diffusers takes the motion from torchsde's tree, whose values by seed are its own;
 * here its increments come from the run's generator: the same distribution, not the same numbers.
 */
public final class DpmSolverSdeScheduler extends SigmaScheduler {

  /**
   * @throws InvalidInputException if the network predicts samples, as in diffusers, or if a seed
   *     for torchsde is given
   */
  public DpmSolverSdeScheduler(SchedulerConfig config) {
    super(config);
    refuseSamplePrediction(SchedulerType.HEUN);
    if (config.given().containsKey("noise_sampler_seed")) {
      throw new InvalidInputException(
          "The scheduler's noise_sampler_seed cannot be %s: noise comes from the run's own seed; leave it out."
              .formatted(config.given().get("noise_sampler_seed")));
    }
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    SigmaSchedule steps = SigmaSchedule.spread(config, trainedSigmas, numInferenceSteps);
    return new SdeTrajectory(
        Midpoints.between(
            steps, trainedSigmas, i -> Midpoints.geometric(steps.sigma(i), steps.sigma(i - 1))));
  }

  private final class SdeTrajectory extends TwoStageTrajectory {

    private final History firstNoise = new History(1);

    SdeTrajectory(SigmaSchedule stages) {
      super(config, stages);
    }

    @Override
    Tensor first(Tensor original, Tensor x, int index, NoiseSource generator) {
      if (index == length() - 1) {
        return super.first(original, x, index, generator);
      }
      firstNoise.push(Noise.like(x, generator));
      return ancestral(original, x, sigma(index), sigma(index + 1), firstNoise.get(0));
    }

    @Override
    Tensor second(Tensor original, Tensor trial, Tensor start, int index, NoiseSource generator) {
      float from = sigma(index - 1);
      float to = sigma(index + 1);
      Tensor noise =
          WeightedSum.of(share(from, sigma(index), from - to), firstNoise.get(0))
              .plus(share(sigma(index), to, from - to), Noise.like(start, generator))
              .tensor();
      return ancestral(original, start, from, to, noise);
    }

    /** The weight of an interval's unit noise in that of a whole. */
    private static float share(float from, float to, float whole) {
      return (float) Math.sqrt((from - to) / whole);
    }

    private static Tensor ancestral(Tensor original, Tensor x, float from, float to, Tensor noise) {
      AncestralStep step = AncestralStep.between(from, to);
      double lambda = Math.log(step.down()) - Math.log(from);
      return WeightedSum.of(step.down() / from, x)
          .plus((float) -Math.expm1(lambda), original)
          .plus(step.up(), noise)
          .tensor();
    }

    @Override
    public void close() {
      firstNoise.close();
      super.close();
    }
  }
}
