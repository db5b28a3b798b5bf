package io.chiaroscuro.training.objective;

import io.chiaroscuro.checkpoint.SeededWeights;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** The network of {@code tools/fixtures/objective.py}, ready to learn. */
public final class SmallUNet implements AutoCloseable {

  private static final long SEED = 11;

  /** What noise and timesteps were drawn from. */
  public static final long NOISE_SEED = 12;

  private final UNet2DConditionModel model;

  public SmallUNet() {
    var config = UNet2DConditionConfig.read(Fixture.path("objective/unet.json"));
    this.model = new UNet2DConditionModel(config, Weights.seeded(SEED, DType.FLOAT32, Device.CPU));
    model.weights().tensors().values().forEach(weight -> weight.set_requires_grad(true));
  }

  /** Stable Diffusion's forward process. */
  public static NoiseSchedule schedule(boolean zeroTerminalSnr) {
    return new NoiseSchedule(
        SchedulerConfig.of(
            SchedulerType.DDPM,
            Map.of(
                "beta_start",
                0.00085,
                "beta_end",
                0.012,
                "beta_schedule",
                "scaled_linear",
                "rescale_betas_zero_snr",
                zeroTerminalSnr)));
  }

  public UNet2DConditionModel model() {
    return model;
  }

  /** By name, in the order of names. */
  public Map<String, Tensor> parameters() {
    return new TreeMap<>(model.weights().tensors());
  }

  /**
   * What is compared of a tensor that belongs to a parameter: its products with sixteen random
   * vectors, float64. Two tensors that differ by a fraction of their size have sketches that do.
   */
  public static Tensor sketch(String parameter, Tensor tensor) {
    try (var scope = new TensorScope();
        var random = new SeededWeights(SEED)) {
      Tensor vectors = random.read(parameter + ".sketch", 16, tensor.numel());
      return scope.keep(
          vectors.to(DType.FLOAT64.torch()).mv(tensor.flatten().to(DType.FLOAT64.torch())));
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
