package io.chiaroscuro.server.render;

import io.chiaroscuro.analysis.ImageLeft;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.SeededLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.server.light.Light;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What a picture would start from, decoded, without a step of denoising.
 *
 * @param initial noise alone
 * @param leak the signal leak alone
 * @param both {@code sqrt(abar_T) leak + sqrt(1 - abar_T) noise}, by the first of the model's usual
 *     number of steps
 */
public record LightPreview(RgbImage initial, RgbImage leak, RgbImage both) {

  private static final int USUAL_STEPS = 50;

  /**
   * @param model stays the caller's
   * @param light of that model; one that is off is a leak of zero
   * @param width in pixels
   * @param height in pixels
   */
  public static LightPreview of(
      StableDiffusion model, Light light, long seed, int width, int height) {
    LatentShape shape = model.latentShape(width, height);
    double signal =
        ImageLeft.atFirstStep(Scheduler.of(model.schedulerConfig()), USUAL_STEPS).signalRate();
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(seed)) {
      Tensor noise = generator.randn(1, shape.channels(), shape.height(), shape.width());
      Tensor leak =
          light.of(seed, 0).map(SeededLeak::sample).orElseGet(() -> noise.mul(new Scalar(0.0)));
      Tensor both =
          leak.mul(new Scalar(signal)).add(noise.mul(new Scalar(Math.sqrt(1 - signal * signal))));
      return new LightPreview(
          model.decode(noise).get(0), model.decode(leak).get(0), model.decode(both).get(0));
    }
  }
}
