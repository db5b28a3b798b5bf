package io.chiaroscuro.training.method;

import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.PredictionType;
import io.chiaroscuro.scheduler.SchedulerConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What a model shall learn that its checkpoint's scheduler does not say; goes into the scheduler's
 * file of the result.
 *
 * @param predictionType what is predicted from now on; empty for what was before
 * @param endsInNoise whether the last timestep shall be noise alone, {@code
 *     rescale_betas_zero_snr}; where not, it is as it was
 */
public record NoiseScheduleChange(Optional<PredictionType> predictionType, boolean endsInNoise) {

  public static final NoiseScheduleChange NONE = new NoiseScheduleChange(Optional.empty(), false);

  /** For what is published without its checkpoint: the scheduler's file, if it is another now. */
  static void writeScheduler(StableDiffusion model, Path folder) {
    SchedulerConfig now = model.schedulerConfig();
    if (!now.equals(StableDiffusion.schedulerConfig(model.checkpoint()))) {
      now.write(folder.resolve("scheduler").resolve("scheduler_config.json"));
    }
  }

  SchedulerConfig applied(SchedulerConfig config) {
    SchedulerConfig predicting =
        predictionType
            .map(type -> config.with("prediction_type", type.name().toLowerCase(Locale.ROOT)))
            .orElse(config);
    return endsInNoise ? predicting.withRescaleBetasZeroSnr() : predicting;
  }

  StableDiffusion applied(StableDiffusion model) {
    return model.withSchedulerConfig(applied(model.schedulerConfig()));
  }
}
