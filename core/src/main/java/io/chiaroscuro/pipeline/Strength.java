package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.scheduler.Trajectory;

/**
 * How far a picture is taken back towards noise before it is denoised again, diffusers' {@code
 * strength}: of n inference steps the last {@code floor(n strength)} are taken.
 *
 * @param value above 0 (the picture as it is) to 1 (all steps)
 */
public record Strength(double value) {

  /** diffusers' for image to image. */
  public static final Strength OF_IMAGE_TO_IMAGE = new Strength(0.8);

  /** diffusers' for inpainting: what is painted anew remembers nothing. */
  public static final Strength OF_INPAINTING = new Strength(1);

  public Strength {
    if (!(value > 0 && value <= 1)) {
      throw new InvalidInputException(
          "The strength is %s; give a number above 0 (keep the image) up to 1 (all steps)."
              .formatted(value));
    }
  }

  boolean isFull() {
    return value == 1;
  }

  /**
   * The steps that are taken.
   *
   * @throws InvalidInputException if there are none, or the sampler cannot take that many
   */
  Trajectory start(GenerationRequest request) {
    int steps = request.numInferenceSteps();
    int taken = (int) (steps * value);
    if (taken < 1) {
      throw new InvalidInputException(
          "Of %d steps a strength of %s leaves none; take more steps or a strength of %s or more."
              .formatted(steps, value, 1.0 / steps));
    }
    try (var opened = new Opened()) {
      Trajectory whole =
          opened.add(Scheduler.of(ableToBeginMidway(request.scheduler())).start(steps));
      Trajectory rest = request.untilHandOver(whole.from((steps - taken) * whole.order()));
      opened.release();
      return rest;
    }
  }

  /**
   * How many steps are taken; some samplers ask the network more often than once for each.
   *
   * @throws InvalidInputException if there are none, or the sampler cannot take that many
   */
  public int steps(GenerationRequest request) {
    try (Trajectory trajectory = start(request)) {
      return trajectory.length();
    }
  }

  /** Pseudo Runge-Kutta steps cannot begin midway: diffusers' inpainting, too, does without. */
  static SchedulerConfig ableToBeginMidway(SchedulerConfig config) {
    return config.type() == SchedulerType.PNDM ? config.with("skip_prk_steps", true) : config;
  }
}
