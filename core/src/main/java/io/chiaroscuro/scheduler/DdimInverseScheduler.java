package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * DDIM the other way, from image to noise: <a href="https://arxiv.org/abs/2010.02502">Song et al.,
 * 2020</a>, section 4.3. Each step takes the sample from the timestep before up to the one visited,
 * where the network is asked; DDIM without eta, from what comes out, leads back to the image, the
 * better the more steps there are.
 *
 * <p>It starts from an image's latents and not from noise, so a leak has no part in it: what the
 * image has of one is in the result.
 */
public final class DdimInverseScheduler extends ConfiguredScheduler {

  private final Clipping clipping;

  /**
   * @param config any sampler's on the model's noise; read as DDIM's
   * @throws InvalidInputException if it asks for what the inversion cannot do
   */
  public DdimInverseScheduler(SchedulerConfig config) {
    super(config.as(SchedulerType.DDIM));
    SchedulerConfig ddim = config();
    if (ddim.timestepSpacing() == TimestepSpacing.LINSPACE) {
      throw new InvalidInputException(
          "The inversion of DDIM knows no timestep_spacing linspace; choose leading or trailing.");
    }
    if (ddim.predictionType() == PredictionType.SAMPLE && ddim.setAlphaToOne()) {
      throw new InvalidInputException(
          "The inversion of DDIM cannot start from an image without noise (set_alpha_to_one) by a"
              + " model with prediction_type sample; set set_alpha_to_one false.");
    }
    if (ddim.thresholding() || ddim.eta() > 0) {
      throw new InvalidInputException(
          "The inversion of DDIM knows neither thresholding nor eta; leave them out.");
    }
    this.clipping = Clipping.of(ddim);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    double[] noisiestFirst = Timesteps.rounded(config, numInferenceSteps);
    double[] timesteps = new double[noisiestFirst.length];
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = noisiestFirst[timesteps.length - 1 - i];
    }
    return new InverseTrajectory(timesteps, config.numTrainTimesteps() / numInferenceSteps);
  }

  private final class InverseTrajectory extends VariancePreservingTrajectory {

    private final int stride;

    InverseTrajectory(double[] timesteps, int stride) {
      super(config.predictionType(), schedule, timesteps);
      this.stride = stride;
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      NoiseLevel from =
          NoiseLevel.ofAlphaCumprod(
              schedule.alphasCumprodOrFinal(timestep(index) - stride, config.setAlphaToOne()));
      try (var scope = new TensorScope()) {
        PredictionType prediction = config.predictionType();
        Tensor original = clipping.apply(prediction.originalSample(modelOutput, sample, from));
        Tensor epsilon = prediction.epsilon(modelOutput, sample, from);
        return new StepResult(
            scope.keep(noiseLevel(index).mix(original, epsilon)), scope.keep(original));
      }
    }
  }
}
