package io.chiaroscuro.training.objective;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.noise.InputPerturbation;
import io.chiaroscuro.noise.TrainingNoise;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.PredictionType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What a denoising network is trained to do: given {@code x_t = sqrt(abar_t) x_0 + sqrt(1 - abar_t)
 * eps} at a random timestep, to predict epsilon, {@code v = sqrt(abar_t) eps - sqrt(1 - abar_t)
 * x_0} or x_0, with the loss
 *
 * <pre>
 *   mean over samples of  w(t) mean over c, h, w of (prediction - target)^2
 * </pre>
 *
 * (<a href="https://arxiv.org/abs/2006.11239">Ho et al., 2020</a>, equation 14; v of <a
 * href="https://arxiv.org/abs/2202.00512">Salimans and Ho, 2022</a>). Immutable.
 */
public final class DiffusionObjective {

  private final NoiseSchedule schedule;
  private final PredictionType predictionType;
  private final TrainingNoise noise;
  private final InputPerturbation inputPerturbation;
  private final double priorLossWeight;

  /** w(t), a number a timestep. */
  private final float[] weights;

  /**
   * @param schedule the forward process, which may end in pure noise
   * @param predictionType what the network predicts
   * @throws InvalidInputException if what the network predicts contradicts the schedule or the
   *     weights
   */
  public DiffusionObjective(
      NoiseSchedule schedule, PredictionType predictionType, ObjectiveConfig config) {
    float last = schedule.alphasCumprod(schedule.numTrainTimesteps() - 1);
    if (predictionType == PredictionType.EPSILON && last == 0) {
      throw new InvalidInputException(
          "prediction_type is epsilon, but with rescale_betas_zero_snr the last timestep is noise alone, of which epsilon tells nothing; choose v_prediction or sample.");
    }
    if (predictionType == PredictionType.SAMPLE && config.debiasedEstimationLoss()) {
      throw new InvalidInputException(
          "debiased_estimation_loss is for epsilon and v_prediction, but prediction_type is sample; leave it out or give snr_gamma.");
    }
    this.schedule = schedule;
    this.predictionType = predictionType;
    this.noise = config.noise().noise();
    this.inputPerturbation = config.noise().inputPerturbation();
    this.priorLossWeight = config.priorLossWeight();
    this.weights = weights(config.weighting());
  }

  private float[] weights(LossWeighting weighting) {
    float[] table = new float[schedule.numTrainTimesteps()];
    for (int t = 0; t < table.length; t++) {
      double snr = schedule.noiseLevel(t).signalToNoise();
      table[t] = (float) weighting.weight(snr, predictionType);
    }
    return table;
  }

  /**
   * Noises latents at timesteps drawn uniformly.
   *
   * @param latents x_0, (B, C, H, W), in the network's scale
   * @param generator drawn from in the order of diffusers' trainer: noise, perturbation, timesteps
   */
  public NoisyBatch noised(Tensor latents, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      Tensor eps = noise.draw(latents, generator);
      Tensor inputNoise = inputPerturbation.perturb(eps, generator);
      Tensor timesteps = generator.randint(0, schedule.numTrainTimesteps(), latents.size(0));
      return kept(scope, batch(latents, eps, inputNoise, timesteps));
    }
  }

  /**
   * Noises latents by noise and at timesteps that are given; nothing is drawn.
   *
   * @param latents x_0, (B, C, H, W), in the network's scale
   * @param eps noise, float32, of the same shape and place
   * @param timesteps (B), int64, each 0..T-1
   */
  public NoisyBatch noised(Tensor latents, Tensor eps, Tensor timesteps) {
    try (var scope = new TensorScope()) {
      return kept(scope, batch(latents, eps, eps, timesteps));
    }
  }

  /**
   * The loss of a prediction, a scalar that knows its gradient.
   *
   * <p>Where class images preserve the prior, it is the loss over the first half of the batch plus
   * {@code priorLossWeight} times that over the second (<a
   * href="https://arxiv.org/abs/2208.12242">Ruiz et al., 2022</a>, equation 2).
   *
   * @param modelOutput (B, C, H, W), any floating type; computed on in float32
   */
  public Tensor loss(Tensor modelOutput, NoisyBatch batch) {
    try (var scope = new TensorScope()) {
      Tensor losses =
          modelOutput
              .to(DType.FLOAT32.torch())
              .sub(batch.target())
              .square()
              .mean(1, 2, 3)
              .mul(batch.weights());
      return scope.keep(priorLossWeight == 0 ? losses.mean() : preservingPrior(losses));
    }
  }

  private Tensor preservingPrior(Tensor losses) {
    long half = losses.size(0) / 2;
    if (losses.size(0) != 2 * half) {
      throw new IllegalArgumentException(
          "A batch of %d cannot be half instance and half class images.".formatted(losses.size(0)));
    }
    Tensor instance = losses.narrow(0, 0, half).mean();
    Tensor prior = losses.narrow(0, half, half).mean();
    return instance.add(prior.mul(new Scalar(priorLossWeight)));
  }

  private NoisyBatch batch(Tensor latents, Tensor eps, Tensor inputNoise, Tensor timesteps) {
    Tensor original = latents.to(DType.FLOAT32.torch());
    return new NoisyBatch(
        schedule.addNoise(original, inputNoise, timesteps),
        new Tensor(timesteps),
        switch (predictionType) {
          case EPSILON -> new Tensor(eps);
          case V_PREDICTION -> schedule.velocity(original, eps, timesteps);
          case SAMPLE -> new Tensor(original);
        },
        weightsAt(timesteps, latents));
  }

  private Tensor weightsAt(Tensor timesteps, Tensor latents) {
    long[] t = Tensors.longs(timesteps);
    float[] selected = new float[t.length];
    for (int i = 0; i < t.length; i++) {
      selected[i] = weights[(int) t[i]];
    }
    return Tensors.of(selected, selected.length)
        .to(latents.device(), DType.FLOAT32.torch(), false, false, new MemoryFormatOptional());
  }

  private static NoisyBatch kept(TensorScope scope, NoisyBatch batch) {
    scope.keep(batch.noisyLatents());
    scope.keep(batch.timesteps());
    scope.keep(batch.target());
    scope.keep(batch.weights());
    return batch;
  }
}
