package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.training.optim.AdamWConfig;
import io.chiaroscuro.training.optim.LearningRate;
import io.chiaroscuro.training.run.TrainingConfig;
import java.util.function.LongUnaryOperator;
import picocli.CommandLine.Option;

/** How long and how fast is learnt. */
final class OptimizationOptions {

  @Option(
      names = "--train-batch-size",
      defaultValue = "1",
      paramLabel = "N",
      description = "Pictures in a batch of one process (default: ${DEFAULT-VALUE}).")
  private int trainBatchSize;

  @Option(
      names = "--max-train-steps",
      paramLabel = "N",
      description = "Steps of the optimizer; this or --num-train-epochs is needed.")
  private Long maxTrainSteps;

  @Option(
      names = {"--num-train-epochs", "--max-train-epochs"},
      paramLabel = "N",
      description = "How often every picture is shown.")
  private Long numTrainEpochs;

  @Option(
      names = "--gradient-accumulation-steps",
      defaultValue = "1",
      paramLabel = "N",
      description = "Batches for a step (default: ${DEFAULT-VALUE}).")
  private int gradientAccumulationSteps;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      description = {
        "(default: 1e-5 for whole networks, 5e-6 for those of DreamBooth, 1e-4 for a LoRA or an",
        "autoencoder, 5e-4 for a word)"
      })
  private Double learningRate;

  @Option(
      names = "--lr-scheduler",
      defaultValue = "constant",
      paramLabel = "NAME",
      description = "constant, constant_with_warmup, linear or cosine (default: ${DEFAULT-VALUE}).")
  private String lrScheduler;

  @Option(
      names = "--lr-warmup-steps",
      defaultValue = "0",
      paramLabel = "N",
      description = "Steps in which the rate rises from 0 (default: ${DEFAULT-VALUE}).")
  private long lrWarmupSteps;

  @Option(names = "--adam-beta1", defaultValue = "0.9", description = "(default: ${DEFAULT-VALUE})")
  private double adamBeta1;

  @Option(
      names = "--adam-beta2",
      defaultValue = "0.999",
      description = "(default: ${DEFAULT-VALUE})")
  private double adamBeta2;

  @Option(
      names = "--adam-weight-decay",
      defaultValue = "0.01",
      description = "(default: ${DEFAULT-VALUE})")
  private double adamWeightDecay;

  @Option(
      names = "--adam-epsilon",
      defaultValue = "1e-8",
      description = "(default: ${DEFAULT-VALUE})")
  private double adamEpsilon;

  @Option(
      names = "--max-grad-norm",
      defaultValue = "1",
      paramLabel = "NORM",
      description = "Gradients are scaled down to it, 0 for never (default: ${DEFAULT-VALUE}).")
  private double maxGradNorm;

  @Option(
      names = "--use-ema",
      description = "Publish the moving average of the weights, not the last ones.")
  private boolean useEma;

  @Option(
      names = "--ema-decay",
      defaultValue = "0.9999",
      paramLabel = "D",
      description = "Its memory (default: ${DEFAULT-VALUE}).")
  private double emaDecay;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of everything random (default: ${DEFAULT-VALUE}).")
  private long seed;

  long seed() {
    return seed;
  }

  int batchSize(int processes) {
    if (trainBatchSize < 1) {
      throw new InvalidInputException(
          "--train-batch-size is %d; give 1 or more.".formatted(trainBatchSize));
    }
    return Math.multiplyExact(trainBatchSize, processes);
  }

  /**
   * All of it.
   *
   * @param usualRate where the user gives none
   * @param batchesInEpochs how many batches that many epochs have
   */
  TrainingConfig config(
      double usualRate, LongUnaryOperator batchesInEpochs, CheckpointingOptions checkpointing) {
    long steps = steps(batchesInEpochs);
    var schedule = LearningRate.Schedule.parse(lrScheduler);
    if (schedule == LearningRate.Schedule.CONSTANT && lrWarmupSteps > 0) {
      throw new InvalidInputException(
          "--lr-scheduler constant knows no warm-up, but --lr-warmup-steps is %d; choose constant_with_warmup or leave it out."
              .formatted(lrWarmupSteps));
    }
    return new TrainingConfig(
        steps,
        gradientAccumulationSteps,
        new LearningRate(
            schedule, learningRate == null ? usualRate : learningRate, lrWarmupSteps, steps),
        new AdamWConfig(adamBeta1, adamBeta2, adamWeightDecay, adamEpsilon),
        maxGradNorm == 0 ? Double.POSITIVE_INFINITY : maxGradNorm,
        useEma ? emaDecay : 0,
        seed,
        checkpointing.steps(),
        checkpointing.totalLimit(),
        checkpointing.validationSteps());
  }

  private long steps(LongUnaryOperator batchesInEpochs) {
    if ((maxTrainSteps == null) == (numTrainEpochs == null)) {
      throw new InvalidInputException(
          "Say how long to train by either --max-train-steps or --num-train-epochs.");
    }
    if (maxTrainSteps != null) {
      return maxTrainSteps;
    }
    if (numTrainEpochs < 1) {
      throw new InvalidInputException(
          "--num-train-epochs is %d; give 1 or more.".formatted(numTrainEpochs));
    }
    if (gradientAccumulationSteps < 1) {
      throw new InvalidInputException(
          "--gradient-accumulation-steps is %d; give 1 or more."
              .formatted(gradientAccumulationSteps));
    }
    long batches = batchesInEpochs.applyAsLong(numTrainEpochs);
    return Math.max(1, (batches + gradientAccumulationSteps - 1) / gradientAccumulationSteps);
  }
}
