package io.chiaroscuro.server.render;

import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.DctPixelStatistics;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.LowFrequencyBasis;
import io.chiaroscuro.leak.PixelStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.server.light.LeakDirections;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What statistics look like, by a model's autoencoder.
 *
 * @param statistics stay the caller's
 * @param model likewise
 */
public record StatisticsPictures(LeakStatistics statistics, StableDiffusion model) {

  /**
   * @throws io.chiaroscuro.InvalidInputException if the model has other latents
   */
  public StatisticsPictures {
    SignalLeak.constant(
            model.latentShape(
                statistics.shape().width() * model.vae().config().downscale(),
                statistics.shape().height() * model.vae().config().downscale()),
            LeakControls.NONE)
        .requireShape(statistics.shape());
  }

  /** The mean of all leaks, decoded. */
  public RgbImage mean() {
    try (var scope = new TensorScope()) {
      return model.decode(statistics.meanLatents()).get(0);
    }
  }

  /**
   * Where pictures differ from each other: the variance of the latents, mean over the channels,
   * black the least and white the most.
   */
  public RgbImage variance() {
    LatentShape shape = statistics.shape();
    double[] values;
    try (var scope = new TensorScope()) {
      values = Tensors.doubles(variances().mean(1).reshape(shape.area()));
    }
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (double value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    byte[] rgb = new byte[3 * values.length];
    for (int i = 0; i < values.length; i++) {
      byte grey = (byte) Math.round(most == least ? 0 : 255 * (values[i] - least) / (most - least));
      rgb[3 * i] = grey;
      rgb[3 * i + 1] = grey;
      rgb[3 * i + 2] = grey;
    }
    int downscale = model.vae().config().downscale();
    return Resize.to(
        new RgbImage(shape.width(), shape.height(), rgb),
        shape.width() * downscale,
        shape.height() * downscale);
  }

  /** Of every element of the latents, (1, C, h, w). */
  private Tensor variances() {
    if (statistics instanceof PixelStatistics pixel) {
      return pixel.varPixels().unsqueeze(0);
    }
    DctPixelStatistics dctPixel = (DctPixelStatistics) statistics;
    LowFrequencyBasis basis = dctPixel.basis();
    // With S = V diag(lambda) V^T the low frequencies vary by sum_k (B sqrt(lambda_k) v_k)^2.
    var eigen = torch.linalg_eigh(dctPixel.covLfComponents());
    Tensor rows = eigen.get1().mul(eigen.get0().clamp_min(new Scalar(0.0)).sqrt()).transpose(0, 1);
    Tensor low = basis.inverse(rows.contiguous()).square().sum(0);
    return dctPixel.varHfRemainder().add(low).unsqueeze(0);
  }

  /** A leak that they draw, decoded. */
  public RgbImage sample(long seed) {
    return decoded(new SignalLeak(statistics, LeakControls.NONE), seed);
  }

  /**
   * The mean, and from it some way along one direction.
   *
   * @param amounts by number of the direction, in standard deviations
   */
  public static RgbImage along(
      DctPixelStatistics statistics, StableDiffusion model, Map<Integer, Double> amounts) {
    var components = new LeakDirections(statistics).at(amounts);
    LeakControls controls = LeakControls.NONE.withLowFrequencies(components);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      // Without the remainder: this is about light, not texture.
      Tensor leak = SignalLeak.constant(statistics.shape(), controls).sample(generator, 1);
      return model.decode(leak).get(0);
    }
  }

  private RgbImage decoded(SignalLeak leak, long seed) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(seed)) {
      return model.decode(leak.sample(generator, 1)).get(0);
    }
  }
}
