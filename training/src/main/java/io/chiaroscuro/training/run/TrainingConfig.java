package io.chiaroscuro.training.run;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.training.optim.AdamWConfig;
import io.chiaroscuro.training.optim.LearningRate;

/**
 * How a run learns, whatever it learns; named as diffusers' scripts name it.
 *
 * @param maxTrainSteps steps of the optimizer, 1 or more
 * @param gradientAccumulationSteps batches whose gradients are averaged for a step, 1 or more
 * @param learningRate at each step
 * @param adamW the optimizer's constants
 * @param maxGradNorm gradients are scaled down to this norm, positive; infinity for never
 * @param emaDecay of the moving average that is published, 0 to below 1; 0 publishes the latest
 *     weights
 * @param seed of noise and timesteps
 * @param checkpointingSteps steps between checkpoints, 1 or more
 * @param checkpointsTotalLimit how many are kept, 1 or more
 * @param validationSteps steps between sample pictures, 1 or more
 */
public record TrainingConfig(
    long maxTrainSteps,
    int gradientAccumulationSteps,
    LearningRate learningRate,
    AdamWConfig adamW,
    double maxGradNorm,
    double emaDecay,
    long seed,
    long checkpointingSteps,
    int checkpointsTotalLimit,
    long validationSteps) {

  public TrainingConfig {
    requirePositive("max_train_steps", maxTrainSteps);
    requirePositive("gradient_accumulation_steps", gradientAccumulationSteps);
    requirePositive("checkpointing_steps", checkpointingSteps);
    requirePositive("checkpoints_total_limit", checkpointsTotalLimit);
    requirePositive("validation_steps", validationSteps);
    if (!(maxGradNorm > 0)) {
      throw new InvalidInputException(
          "max_grad_norm is %s; give a positive number, such as 1.".formatted(maxGradNorm));
    }
    if (!(emaDecay >= 0 && emaDecay < 1)) {
      throw new InvalidInputException("ema_decay is %s; give 0 to below 1.".formatted(emaDecay));
    }
  }

  /** What a run that resumes must have in common with the one that wrote the checkpoint. */
  public ObjectNode settings() {
    var json =
        JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    ObjectNode settings = json.createObjectNode();
    settings.put("gradient_accumulation_steps", gradientAccumulationSteps);
    settings.put("lr_scheduler", learningRate.schedule().toString());
    settings.put("learning_rate", learningRate.peak());
    settings.put("lr_warmup_steps", learningRate.warmupSteps());
    if (learningRate.dependsOnTrainSteps()) {
      settings.put("max_train_steps", learningRate.trainSteps());
    }
    settings.set("adam", json.valueToTree(adamW));
    settings.put("max_grad_norm", maxGradNorm);
    settings.put("ema_decay", emaDecay);
    settings.put("noise_seed", seed);
    return settings;
  }

  private static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new InvalidInputException("%s is %d; give 1 or more.".formatted(name, value));
    }
  }
}
