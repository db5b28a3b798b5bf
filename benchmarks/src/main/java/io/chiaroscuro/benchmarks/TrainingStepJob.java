package io.chiaroscuro.benchmarks;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.nn.OwnGradients;
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
import io.chiaroscuro.training.subject.LoraConfig;
import io.chiaroscuro.training.subject.MemoryLayout;
import io.chiaroscuro.unet.UNet2DConditionModel;
import java.util.LinkedHashMap;
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

  private TrainingStepJob(
      UNet2DConditionModel unet,
      SchedulerConfig schedulerConfig,
      Map<String, Tensor> learnt,
      Optional<MixedPrecision> mixedPrecision) {
    this.unet = unet;
    this.objective =
        new DiffusionObjective(
            new NoiseSchedule(schedulerConfig),
            schedulerConfig.predictionType(),
            ObjectiveConfig.DEFAULTS);
    this.mixedPrecision = mixedPrecision;
    this.parameters = new Parameters(learnt);
    this.optimizer = new AdamW(parameters, AdamWConfig.DEFAULT);
  }

  /** All weights learn. */
  static TrainingStepJob ofUnet(UNet2DConditionModel unet, SchedulerConfig schedulerConfig) {
    Map<String, Tensor> weights = unet.weights().tensors();
    MemoryLayout.channelsLast(weights.values());
    Optional<MixedPrecision> mixedPrecision =
        unet.weights().dtype() == DType.FLOAT32
            ? Optional.empty()
            : Optional.of(new MixedPrecision(weights, weights));
    return new TrainingStepJob(
        unet,
        schedulerConfig,
        mixedPrecision.map(MixedPrecision::masters).orElse(weights),
        mixedPrecision);
  }

  /** A new LoRA on the attention's projections learns, in float32 beside whatever the UNet is. */
  static TrainingStepJob ofLora(
      UNet2DConditionModel unet, SchedulerConfig schedulerConfig, int rank) {
    try (var generator = new SeededGenerator(0)) {
      LoraConfig.of(rank).create(Map.of(Component.UNET, unet.weights()), generator);
    }
    Map<String, Tensor> learnt = new LinkedHashMap<>();
    unet.weights()
        .adaptable()
        .forEach(
            (layer, adapters) ->
                adapters.forEach(
                    adapter -> {
                      learnt.put(layer + ".lora_A", adapter.down());
                      learnt.put(layer + ".lora_B", adapter.up());
                    }));
    return new TrainingStepJob(unet, schedulerConfig, learnt, Optional.empty());
  }

  /** One step; the noise is always the same. */
  Tensor step(Tensor latents, Tensor encoderHiddenStates) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0);
        var gradients = new OwnGradients()) {
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
