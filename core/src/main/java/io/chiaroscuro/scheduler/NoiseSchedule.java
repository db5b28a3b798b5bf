package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The forward process that a network was trained on: {@code x_t = sqrt(abar_t) x_0 + sqrt(1 -
 * abar_t) eps} with {@code abar_t = prod_{s <= t} (1 - beta_s)} and t = 0..T-1.
 *
 * <p>Computed in single precision by the same operations as in PyTorch, so that the tables are
 * diffusers' to the last bit. Immutable.
 */
public final class NoiseSchedule {

  private final float[] betas;
  private final float[] alphasCumprod;

  /** The schedule that {@code config} describes. */
  public NoiseSchedule(SchedulerConfig config) {
    try (var scope = new TensorScope()) {
      Tensor schedule = config.trainedBetas().isEmpty() ? scheduled(config) : trained(config);
      Tensor tensor = config.rescaleBetasZeroSnr() ? zeroTerminalSnr(schedule) : schedule;
      this.betas = Tensors.floats(tensor);
      this.alphasCumprod = Tensors.floats(cumulative(tensor));
    }
    if (!(alphasCumprod[0] > 0 && alphasCumprod[0] < 1)) {
      throw new InvalidInputException(
          "The scheduler's betas leave %s of the image at the first timestep; choose betas between 0 and 1."
              .formatted(alphasCumprod[0]));
    }
  }

  /** T, how many timesteps there are. */
  public int numTrainTimesteps() {
    return betas.length;
  }

  /** beta_0..beta_{T-1}; a copy. */
  public float[] betas() {
    return betas.clone();
  }

  /** abar_0..abar_{T-1}; a copy. */
  public float[] alphasCumprod() {
    return alphasCumprod.clone();
  }

  /** abar_t. */
  public float alphasCumprod(int timestep) {
    return alphasCumprod[timestep];
  }

  /**
   * abar at a timestep that may lie before the first: there it is 1, or abar_0 once more where
   * {@code set_alpha_to_one} is false.
   */
  float alphasCumprodOrFinal(int timestep, boolean setAlphaToOne) {
    if (timestep >= 0) {
      return alphasCumprod[timestep];
    }
    return setAlphaToOne ? 1 : alphasCumprod[0];
  }

  /** How {@code x_t} is composed: {@code (sqrt(abar_t), sqrt(1 - abar_t))}. */
  public NoiseLevel noiseLevel(int timestep) {
    return NoiseLevel.ofAlphaCumprod(alphasCumprod[timestep]);
  }

  /**
   * {@code sqrt(abar_t) original + sqrt(1 - abar_t) noise}.
   *
   * @param original (B, ...), floating point
   * @param noise of the same shape
   * @param timesteps (B,), int64, each 0..T-1
   */
  public Tensor addNoise(Tensor original, Tensor noise, Tensor timesteps) {
    try (var scope = new TensorScope()) {
      Tensor abar = alphasCumprodAt(timesteps, original);
      return scope.keep(signalRate(abar).mul(original).add(noiseRate(abar).mul(noise)));
    }
  }

  /**
   * What a v-predicting network learns: {@code sqrt(abar_t) noise - sqrt(1 - abar_t) original};
   * shapes as in {@link #addNoise}.
   */
  public Tensor velocity(Tensor original, Tensor noise, Tensor timesteps) {
    try (var scope = new TensorScope()) {
      Tensor abar = alphasCumprodAt(timesteps, original);
      return scope.keep(signalRate(abar).mul(noise).sub(noiseRate(abar).mul(original)));
    }
  }

  private Tensor alphasCumprodAt(Tensor timesteps, Tensor like) {
    Tensor table = Tensors.of(alphasCumprod, alphasCumprod.length);
    Tensor selected =
        table
            .index_select(0, timesteps.to(torch.ScalarType.Long).cpu())
            .to(like.device(), DType.of(like).torch(), false, false, new MemoryFormatOptional());
    long[] broadcast = new long[(int) like.dim()];
    Arrays.fill(broadcast, 1);
    broadcast[0] = -1;
    return selected.view(broadcast);
  }

  private static Tensor signalRate(Tensor abar) {
    return abar.sqrt();
  }

  private static Tensor noiseRate(Tensor abar) {
    return oneMinus(abar).sqrt();
  }

  private static Tensor trained(SchedulerConfig config) {
    float[] betas = new float[config.trainedBetas().size()];
    for (int i = 0; i < betas.length; i++) {
      betas[i] = config.trainedBetas().get(i);
    }
    return Tensors.of(betas, betas.length);
  }

  private static Tensor scheduled(SchedulerConfig config) {
    int count = config.numTrainTimesteps();
    double start = config.betaStart();
    double end = config.betaEnd();
    return switch (config.betaSchedule()) {
      case LINEAR -> linspace(start, end, count);
      case SCALED_LINEAR -> linspace(Math.sqrt(start), Math.sqrt(end), count).pow(new Scalar(2));
      case SQUAREDCOS_CAP_V2 -> squaredCosine(count);
    };
  }

  private static Tensor linspace(double start, double end, int count) {
    return torch.linspace(
        new Scalar(start), new Scalar(end), count, new TensorOptions(DType.FLOAT32.torch()));
  }

  /** <a href="https://arxiv.org/abs/2102.09672">Nichol and Dhariwal, 2021</a>, equation 17. */
  private static Tensor squaredCosine(int count) {
    float[] betas = new float[count];
    for (int i = 0; i < count; i++) {
      double ratio = cosineAlphaBar((i + 1.0) / count) / cosineAlphaBar((double) i / count);
      betas[i] = (float) Math.min(1 - ratio, 0.999);
    }
    return Tensors.of(betas, count);
  }

  private static double cosineAlphaBar(double t) {
    double cosine = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
    return cosine * cosine;
  }

  /**
   * Shifts and stretches sqrt(abar) so that its last value is 0 and its first stays: <a
   * href="https://arxiv.org/abs/2305.08891">Lin et al., 2023</a>, algorithm 1.
   */
  private static Tensor zeroTerminalSnr(Tensor betas) {
    Tensor root = cumulative(betas).sqrt();
    Tensor first = root.select(0, 0);
    Tensor last = root.select(0, -1);
    Tensor alphasCumprod = root.sub(last).mul(first.div(first.sub(last))).pow(new Scalar(2));
    long count = betas.numel();
    Tensor start = alphasCumprod.narrow(0, 0, 1);
    Tensor rest = alphasCumprod.narrow(0, 1, count - 1).div(alphasCumprod.narrow(0, 0, count - 1));
    return oneMinus(torch.cat(new TensorVector(start, rest), 0));
  }

  private static Tensor cumulative(Tensor betas) {
    return oneMinus(betas).cumprod(0);
  }

  private static Tensor oneMinus(Tensor tensor) {
    return tensor.neg().add(new Scalar(1));
  }
}
