package io.chiaroscuro.benchmarks;

import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.training.objective.DiffusionObjective;
import io.chiaroscuro.training.objective.NoisyBatch;
import io.chiaroscuro.training.objective.ObjectiveConfig;
import io.chiaroscuro.training.optim.AdamW;
import io.chiaroscuro.training.optim.AdamWConfig;
import io.chiaroscuro.training.optim.MixedPrecision;
import io.chiaroscuro.training.optim.Parameters;
import io.chiaroscuro.training.subject.MemoryLayout;
import io.chiaroscuro.unet.UNet2DConditionModel;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Training steps of a UNet on the same latents and prompts: noise, forward, loss, backward,
 * clipping and AdamW, as the trainer takes them. In half precision float32 masters are learnt.
 */
final class TrainingStepJob implements AutoCloseable {

  private static final double LEARNING_RATE = 1e-5;

  private final UNet2DConditionModel unet;
  private final DiffusionObjective objective;
  private final Optional<MixedPrecision> mixedPrecision;
  private final Parameters parameters;
  private final AdamW optimizer;

  TrainingStepJob(UNet2DConditionModel unet, SchedulerConfig schedulerConfig) {
    this.unet = unet;
    this.objective =
        new DiffusionObjective(
            new NoiseSchedule(schedulerConfig),
            schedulerConfig.predictionType(),
            ObjectiveConfig.DEFAULTS);
    Map<String, Tensor> weights = unet.weights().tensors();
    MemoryLayout.channelsLast(weights.values());
    this.mixedPrecision =
        unet.weights().dtype() == DType.FLOAT32
            ? Optional.empty()
            : Optional.of(new MixedPrecision(weights, weights));
    this.parameters = new Parameters(mixedPrecision.map(MixedPrecision::masters).orElse(weights));
    this.optimizer = new AdamW(parameters, AdamWConfig.DEFAULT);
  }

  /** One step; the noise is always the same. */
  Tensor step(Tensor latents, Tensor encoderHiddenStates) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      NoisyBatch batch = objective.noised(latents, generator);
      Tensor noisy = batch.noisyLatents().to(unet.weights().dtype().torch());
      Tensor prediction = unet.forward(noisy, batch.timesteps(), encoderHiddenStates);
      objective.loss(prediction, batch).backward();
      mixedPrecision.ifPresent(MixedPrecision::gatherGradients);
      parameters.clipGradNorm(1);
      optimizer.step(LEARNING_RATE);
      mixedPrecision.ifPresent(MixedPrecision::refresh);
      parameters.zeroGrad();
      return scope.keep(prediction.detach());
    }
  }

  @Override
  public void close() {
    optimizer.close();
    mixedPrecision.ifPresent(MixedPrecision::close);
  }
}
