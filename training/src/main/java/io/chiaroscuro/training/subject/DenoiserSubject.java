package io.chiaroscuro.training.subject;

import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.data.Share;
import io.chiaroscuro.training.objective.DiffusionObjective;
import io.chiaroscuro.training.objective.NoisyBatch;
import io.chiaroscuro.training.optim.Parameters;
import io.chiaroscuro.training.run.Sample;
import io.chiaroscuro.training.run.TrainingSubject;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A denoising network that learns from captioned latents. What of it is learnt (all of the UNet,
 * the text encoder with it, adapters beside them, rows of the token embedding) is told by the
 * {@link Parameters} alone: gradients flow wherever a leaf asks for them.
 */
public final class DenoiserSubject implements TrainingSubject {

  private final Learner learner;
  private final Segments segments;
  private final StableDiffusion model;
  private final LatentBatches batches;
  private final PromptEncoder prompts;
  private final DiffusionObjective objective;
  private final Share share;
  private final Supplier<List<Sample>> samples;

  /**
   * @param learner closed with this object
   * @param segments how the model computes its segments
   * @param batches this process's share; closed with this object
   * @param prompts encodes captions
   * @param share of each batch that is this process's
   * @param samples makes pictures with the model as it stands
   */
  public DenoiserSubject(
      Learner learner,
      Segments segments,
      LatentBatches batches,
      PromptEncoder prompts,
      DiffusionObjective objective,
      Share share,
      Supplier<List<Sample>> samples) {
    this.learner = learner;
    this.segments = segments;
    this.model = learner.model();
    this.batches = batches;
    this.prompts = prompts;
    this.objective = objective;
    this.share = share;
    this.samples = samples;
  }

  @Override
  public Parameters parameters() {
    return learner.parameters();
  }

  @Override
  public int batchSize() {
    return batches.batchSize();
  }

  @Override
  public Tensor loss(long batch, SeededGenerator random) {
    try (var scope = new TensorScope()) {
      LatentBatch pictures = batches.at(batch);
      NoisyBatch noisy = noised(pictures.posterior(), random);
      Tensor encoderHiddenStates = prompts.encode(pictures.captions());
      Tensor prediction =
          model
              .unet()
              .forward(
                  Tensors.to(noisy.noisyLatents(), model.device(), model.dtype()),
                  noisy.timesteps(),
                  encoderHiddenStates);
      return scope.keep(objective.loss(prediction, noisy));
    }
  }

  /**
   * All processes draw for the whole batch, so that their number does not change what is drawn;
   * where others' pictures belong there are zeros here.
   *
   * <p>A batch of several parts, such as instance and class pictures, is shared part by part.
   */
  private NoisyBatch noised(DiagonalGaussianDistribution posterior, SeededGenerator random) {
    try (var scope = new TensorScope()) {
      var whole =
          new DiagonalGaussianDistribution(inPlace(posterior.mean()), inPlace(posterior.logvar()));
      Tensor latents = model.vae().scale(whole.sample(random));
      NoisyBatch noisy =
          objective.noised(Tensors.to(latents, model.device(), DType.FLOAT32), random);
      return new NoisyBatch(
          scope.keep(own(noisy.noisyLatents()).flatten(0, 1)),
          scope.keep(own(noisy.timesteps()).flatten(0, 1)),
          scope.keep(own(noisy.target()).flatten(0, 1)),
          scope.keep(own(noisy.weights()).flatten(0, 1)));
    }
  }

  private Tensor inPlace(Tensor mine) {
    if (share.worldSize() == 1) {
      return mine;
    }
    long[] shape = Tensors.shape(mine);
    shape[0] *= share.worldSize();
    Tensor whole = torch.zeros(shape, mine.options());
    own(whole).copy_(inParts(mine));
    return whole;
  }

  /** A view of this process's pictures in a whole batch: (parts, pictures of a part, ...). */
  private Tensor own(Tensor whole) {
    long count = whole.size(0) / batches.parts() / share.worldSize();
    return inParts(whole).narrow(1, share.rank() * count, count);
  }

  private Tensor inParts(Tensor batch) {
    return batch.unflatten(0, batches.parts(), -1);
  }

  @Override
  public void backward(Tensor loss) {
    segments.backward(loss);
    learner.backwardDone();
  }

  @Override
  public void parametersChanged() {
    learner.parametersChanged();
  }

  @Override
  public List<Sample> samples() {
    return samples.get();
  }

  @Override
  public void write(Path folder) {
    learner.write(folder);
  }

  @Override
  public void close() {
    batches.close();
    learner.close();
  }
}
