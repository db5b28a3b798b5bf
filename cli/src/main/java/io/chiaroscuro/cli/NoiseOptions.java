package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.noise.NoiseConfig;
import io.chiaroscuro.scheduler.PredictionType;
import io.chiaroscuro.training.method.NoiseScheduleChange;
import io.chiaroscuro.training.objective.ObjectiveConfig;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is added to pictures, and what the network is asked for. */
final class NoiseOptions {

  @Option(
      names = "--noise-offset",
      defaultValue = "0",
      paramLabel = "S",
      description = {
        "Strength of the noise that shifts a channel as a whole, 0.1 to learn dark and light",
        "(default: ${DEFAULT-VALUE})."
      })
  private double noiseOffset;

  @Option(
      names = "--noise-offset-random-strength",
      description = "Draw its strength anew each time, from 0 to S.")
  private boolean noiseOffsetRandomStrength;

  @Option(
      names = "--adaptive-noise-scale",
      defaultValue = "0",
      paramLabel = "A",
      description = "Add A times the latents' own mean to S (default: ${DEFAULT-VALUE}).")
  private double adaptiveNoiseScale;

  @Option(
      names = "--multires-noise-iterations",
      defaultValue = "0",
      paramLabel = "N",
      description = "Levels of pyramid noise (default: ${DEFAULT-VALUE}).")
  private int multiresNoiseIterations;

  @Option(
      names = "--multires-noise-discount",
      paramLabel = "D",
      description = "Weight of a level over that of the one before (default: 0.3).")
  private Double multiresNoiseDiscount;

  @Option(
      names = {"--ip-noise-gamma", "--input-perturbation"},
      defaultValue = "0",
      paramLabel = "G",
      description = "Noise in the input that is not in the target (default: ${DEFAULT-VALUE}).")
  private double ipNoiseGamma;

  @Option(
      names = {"--snr-gamma", "--min-snr-gamma"},
      defaultValue = "0",
      paramLabel = "G",
      description = "Min-SNR weights, 5 is usual (default: ${DEFAULT-VALUE}, none).")
  private double snrGamma;

  @Option(
      names = "--debiased-estimation-loss",
      description = "Weights of debiased estimation instead.")
  private boolean debiasedEstimationLoss;

  @Option(
      names = "--prediction-type",
      paramLabel = "TYPE",
      description = "epsilon, v_prediction or sample (default: the checkpoint's).")
  private String predictionType;

  @Option(
      names = {"--rescale-betas-zero-snr", "--zero-terminal-snr"},
      description = {
        "Let the last timestep be noise alone; for v_prediction or sample. Goes into the result's",
        "scheduler."
      })
  private boolean rescaleBetasZeroSnr;

  ObjectiveConfig objective() {
    NoiseConfig noise =
        new NoiseConfig(
            noiseOffset,
            noiseOffsetRandomStrength,
            adaptiveNoiseScale,
            multiresNoiseIterations,
            multiresNoiseDiscount == null
                ? NoiseConfig.WHITE.multiresNoiseDiscount()
                : multiresNoiseDiscount,
            ipNoiseGamma);
    return new ObjectiveConfig(noise, snrGamma, debiasedEstimationLoss, 0);
  }

  NoiseScheduleChange scheduleChange() {
    return new NoiseScheduleChange(
        Optional.ofNullable(predictionType).map(NoiseOptions::parse), rescaleBetasZeroSnr);
  }

  private static PredictionType parse(String name) {
    return Arrays.stream(PredictionType.values())
        .filter(type -> type.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "There is no prediction_type '%s'; choose epsilon, v_prediction or sample."
                        .formatted(name)));
  }
}
