package io.chiaroscuro.training.subject;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.data.Batches;
import io.chiaroscuro.training.data.Share;
import io.chiaroscuro.training.optim.Parameters;
import io.chiaroscuro.training.run.Sample;
import io.chiaroscuro.training.run.TrainingSubject;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An autoencoder: pictures shall survive the way through their latents, and latents stay near the
 * standard normal,
 *
 * <pre>
 *   |x - x'| + klWeight KL(q(z | x) || N(0, 1)),
 * </pre>
 *
 * each a mean over its elements (<a href="https://arxiv.org/abs/2112.10752">Rombach et al.
 * 2022</a>, appendix G, without the perceptual and adversarial parts, which need further networks).
 */
public final class AutoencoderSubject implements TrainingSubject {

  private final AutoencoderKL vae;
  private final Batches<Tensor> batches;
  private final int batchSize;
  private final double klWeight;
  private final Share share;
  private final Consumer<Path> publication;
  private final Parameters parameters;

  /**
   * @param vae float32; closed with this object
   * @param batches of pixels in -1..1; closed with this object
   * @param batchSize of all processes together
   * @param klWeight not negative
   */
  public AutoencoderSubject(
      AutoencoderKL vae, Batches<Tensor> batches, int batchSize, double klWeight) {
    this(
        vae,
        batches,
        batchSize,
        klWeight,
        Share.WHOLE,
        folder ->
            new CheckpointWriter(folder)
                .write(Component.VAE, vae.config(), vae.weights().tensors()));
  }

  /**
   * As above, for one of several processes.
   *
   * @param share of each batch that {@code batches} are
   * @param publication writes what was learnt
   */
  public AutoencoderSubject(
      AutoencoderKL vae,
      Batches<Tensor> batches,
      int batchSize,
      double klWeight,
      Share share,
      Consumer<Path> publication) {
    if (!(klWeight >= 0 && Double.isFinite(klWeight))) {
      throw new InvalidInputException(
          "kl_weight is %s; give 0 or a positive number, such as 1e-6.".formatted(klWeight));
    }
    this.vae = vae;
    this.batches = batches;
    this.batchSize = batchSize;
    this.klWeight = klWeight;
    this.share = share;
    this.publication = publication;
    this.parameters = new Parameters(vae.weights().tensors());
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public int batchSize() {
    return batchSize;
  }

  @Override
  public Tensor loss(long batch, SeededGenerator random) {
    try (var scope = new TensorScope()) {
      Tensor pixels =
          Tensors.to(batches.at(batch).pictures(), vae.weights().device(), DType.FLOAT32);
      DiagonalGaussianDistribution posterior = vae.encode(pixels);
      Tensor decoded = vae.decode(posterior.sample(noise(posterior.mean(), random)));
      Tensor loss = torch.l1_loss(decoded, pixels);
      return scope.keep(loss.add(divergence(posterior).mul(new Scalar(klWeight))));
    }
  }

  /** All processes draw for the whole batch, so that their number does not change what is drawn. */
  private Tensor noise(Tensor mean, SeededGenerator random) {
    long[] shape = Tensors.shape(mean);
    long count = shape[0];
    shape[0] = count * share.worldSize();
    try (var scope = new TensorScope()) {
      return scope.keep(random.randn(shape).narrow(0, share.rank() * count, count));
    }
  }

  /** {@code KL(N(mean, var) || N(0, 1)) = (mean^2 + var - 1 - log var) / 2}, a mean per element. */
  private static Tensor divergence(DiagonalGaussianDistribution posterior) {
    Tensor excess = posterior.mean().square().add(posterior.logvar().exp());
    return excess.sub(posterior.logvar()).sub(new Scalar(1.0)).mean().mul(new Scalar(0.5));
  }

  /** Pictures of the first batch, each beside what is left of it. */
  @Override
  public List<Sample> samples() {
    try (var scope = new TensorScope()) {
      var batch = batches.at(0);
      Tensor pixels = Tensors.to(batch.pictures(), vae.weights().device(), DType.FLOAT32);
      List<RgbImage> originals = RgbImage.fromTensor(pixels);
      List<RgbImage> decoded = RgbImage.fromTensor(vae.decode(vae.encode(pixels).mode()));
      List<Sample> samples = new ArrayList<>();
      for (int i = 0; i < Math.min(16, originals.size()); i++) {
        samples.add(new Sample("original", originals.get(i)));
        samples.add(new Sample("decoded", decoded.get(i)));
      }
      return samples;
    }
  }

  @Override
  public void write(Path folder) {
    publication.accept(folder);
  }

  @Override
  public void close() {
    batches.close();
    vae.close();
  }
}
