package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Family;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.util.Arrays;

/**
 * Where on the way from noise a base model of Stable Diffusion XL hands its latents over to a
 * refiner (<a href="https://arxiv.org/abs/2307.01952">Podell et al. 2023</a>, section 2.5, as an
 * ensemble of experts): diffusers' {@code denoising_end} of the one and {@code denoising_start} of
 * the other. Of T training timesteps the base model visits those from {@code round(T - T
 * denoisingEnd)} up, the refiner those below. The start is the base model's alone, and so is the
 * signal leak in it.
 *
 * @param denoisingEnd how much of the way is the base model's, in (0, 1)
 */
public record HandOver(double denoisingEnd) {

  /** That of diffusers' documentation. */
  public static final HandOver USUAL = new HandOver(0.8);

  public HandOver {
    if (!(denoisingEnd > 0 && denoisingEnd < 1)) {
      throw new InvalidInputException(
          "The denoising end is %s; give a number between 0 and 1, 0.8 for example."
              .formatted(denoisingEnd));
    }
  }

  /**
   * Refuses checkpoints of which one cannot go on with the other's latents. Any checkpoint of
   * Stable Diffusion XL can refine another's, as in diffusers.
   *
   * @throws InvalidInputException if one is not Stable Diffusion XL, or their autoencoders scale
   *     latents differently
   */
  public static void requireBetween(Checkpoint base, Checkpoint refiner) {
    requireXl(base, "The model", "leave the refiner out");
    requireXl(refiner, "The refiner", "choose one of Stable Diffusion XL");
    AutoencoderKLConfig own = AutoencoderKLConfig.read(base.config(Component.VAE));
    AutoencoderKLConfig other = AutoencoderKLConfig.read(refiner.config(Component.VAE));
    if (!latents(own).equals(latents(other))) {
      throw new InvalidInputException(
          "The refiner %s scales latents differently from %s (scaling_factor %s and %s); choose a refiner made for that model."
              .formatted(refiner.name(), base.name(), other.scalingFactor(), own.scalingFactor()));
    }
  }

  private static void requireXl(Checkpoint checkpoint, String role, String remedy) {
    if (checkpoint.modelIndex().family() != Family.STABLE_DIFFUSION_XL) {
      throw new InvalidInputException(
          "%s %s is a %s, but only those of Stable Diffusion XL are refined and refine; %s."
              .formatted(role, checkpoint.name(), checkpoint.modelIndex().className(), remedy));
    }
  }

  /** What an autoencoder's latents mean, as far as its settings tell. */
  private static Object latents(AutoencoderKLConfig config) {
    return Arrays.asList(
        config.latentChannels(),
        config.downscale(),
        config.scalingFactor(),
        config.shiftFactor(),
        config.latentsMean(),
        config.latentsStd());
  }

  /**
   * The base model's part of its run.
   *
   * @throws InvalidInputException if that is none of it
   */
  Trajectory ofBase(Trajectory run, SchedulerConfig scheduler) {
    int steps = stepsOfBase(run, scheduler);
    if (steps == 0) {
      throw none("base model", "larger");
    }
    return run.until(steps);
  }

  /**
   * The refiner's part of the run.
   *
   * @throws InvalidInputException if that is none of it
   */
  Trajectory ofRefiner(GenerationRequest request) {
    SchedulerConfig scheduler = Strength.ableToBeginMidway(request.scheduler());
    try (var opened = new Opened()) {
      Trajectory whole = opened.add(Scheduler.of(scheduler).start(request.numInferenceSteps()));
      int begin = stepsOfBase(whole, scheduler);
      if (begin == whole.length()) {
        throw none("refiner", "smaller");
      }
      // Samplers that ask the network twice a step begin with the first of the two, as in
      // diffusers.
      boolean isSecond = whole.order() == 2 && (whole.length() - begin) % 2 == 0;
      Trajectory rest = whole.from(isSecond ? begin - 1 : begin);
      opened.release();
      return rest;
    }
  }

  private InvalidInputException none(String who, String remedy) {
    return new InvalidInputException(
        "A denoising end of %s leaves the %s no step; take more steps or a %s number."
            .formatted(denoisingEnd, who, remedy));
  }

  /**
   * How many steps the refiner takes.
   *
   * @param request with the refiner's sampler
   * @throws InvalidInputException if there are none
   */
  public static int stepsOfRefiner(GenerationRequest request) {
    try (Trajectory trajectory = request.handOver().orElseThrow().ofRefiner(request)) {
      return trajectory.length();
    }
  }

  private int stepsOfBase(Trajectory trajectory, SchedulerConfig scheduler) {
    int trained = scheduler.numTrainTimesteps();
    double boundary = Math.rint(trained - denoisingEnd * trained);
    return (int) Arrays.stream(trajectory.timesteps()).filter(t -> t >= boundary).count();
  }
}
