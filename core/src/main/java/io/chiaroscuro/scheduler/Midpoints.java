package io.chiaroscuro.scheduler;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** Where two-stage samplers ask the network between two noise levels. */
final class Midpoints {

  private Midpoints() {}

  /** The steps of KDPM2, which alone asks at whole timesteps where sigmas are Karras'. */
  static SigmaSchedule steps(SchedulerConfig config, float[] trained, int numInferenceSteps) {
    SigmaSchedule steps = SigmaSchedule.spread(config, trained, numInferenceSteps);
    return config.useKarrasSigmas()
        ? new SigmaSchedule(
            Arrays.stream(steps.timesteps()).map(Math::rint).toArray(), steps.sigmas())
        : steps;
  }

  /**
   * {@code steps} with a second stage in each but the last.
   *
   * @param sigmaBefore the sigma of the stage before step i, for i from 1
   */
  static SigmaSchedule between(
      SigmaSchedule steps, float[] trained, IntToDoubleFunction sigmaBefore) {
    double[] timesteps = new double[steps.timesteps().length];
    for (int i = 1; i < timesteps.length; i++) {
      timesteps[i] = SigmaSchedule.timestepOf(sigmaBefore.applyAsDouble(i), trained);
    }
    return steps.withStages(sigmaBefore, timesteps);
  }

  /** The mean of the logarithms, weighed as PyTorch's lerp does it. */
  static float geometric(float a, float b) {
    float last = (float) Math.log(b);
    return (float) Math.exp(last - (last - (float) Math.log(a)) * 0.5f);
  }
}
