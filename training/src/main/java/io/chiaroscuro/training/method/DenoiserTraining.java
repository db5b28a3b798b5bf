package io.chiaroscuro.training.method;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Family;
import io.chiaroscuro.nn.GradientCheckpointing;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.training.data.BatchOrder;
import io.chiaroscuro.training.data.CachingProgress;
import io.chiaroscuro.training.data.Share;
import io.chiaroscuro.training.objective.DiffusionObjective;
import io.chiaroscuro.training.objective.ObjectiveConfig;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.subject.DenoiserSubject;
import io.chiaroscuro.training.subject.LatentBatches;
import io.chiaroscuro.training.subject.Learner;
import io.chiaroscuro.training.subject.MemoryLayout;
import io.chiaroscuro.vae.AutoencoderKL;
import java.util.List;
import java.util.Optional;

/**
 * Everything that says how a denoiser is trained, but for the optimizer.
 *
 * <pre>{@code
 * var training = new DenoiserTraining(checkpoint, computation, learnable, pictures, ...);
 * var subject = training.subject(ProcessGroup.alone(), CachingProgress.SILENT);
 * try (var run = TrainingRun.start(subject, config, training.settings(), folder, ...)) { ... }
 * }</pre>
 *
 * @param checkpoint what it begins as
 * @param computation where and how it computes
 * @param learnable what of it learns
 * @param scheduleChange of the forward process or the prediction
 * @param pictures to learn from
 * @param prior pictures that keep the class, of which each batch has as many more
 * @param trainBatchSize pictures in a batch, of all processes together, those of {@code prior} not
 *     counted
 * @param objective what is asked for
 * @param textEmbeddings how captions are encoded
 * @param samples pictures made on the way
 * @param seed of the order and of what begins at random
 */
public record DenoiserTraining(
    Checkpoint checkpoint,
    Computation computation,
    Learnable learnable,
    NoiseScheduleChange scheduleChange,
    TrainingPictures pictures,
    Optional<PriorPreservation> prior,
    int trainBatchSize,
    ObjectiveConfig objective,
    TextEmbeddings textEmbeddings,
    SamplePrompts samples,
    long seed) {

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  public DenoiserTraining {
    if (checkpoint.modelIndex().family() != Family.STABLE_DIFFUSION) {
      throw new InvalidInputException(
          "%s is a checkpoint of Stable Diffusion XL, which cannot be trained here; choose one of 1.x or 2.x."
              .formatted(checkpoint.name()));
    }
  }

  /** How many batches that many epochs have; an epoch shows the larger set once. */
  public long batchesIn(long epochs) {
    long own = order(pictures).batchesBefore(epochs);
    return prior.map(p -> Math.max(own, order(p.pictures()).batchesBefore(epochs))).orElse(own);
  }

  private BatchOrder order(TrainingPictures ofThese) {
    return new BatchOrder(ofThese.examples(), trainBatchSize, seed);
  }

  /** What a run that resumes must have in common with the one that wrote the checkpoint. */
  public ObjectNode settings() {
    ObjectNode settings = JSON.createObjectNode();
    settings.put("model", checkpoint.hash());
    settings.put("method", learnable.getClass().getSimpleName());
    settings.set("learnable", JSON.valueToTree(learnable));
    settings.set("schedule", JSON.valueToTree(scheduleChange.applied(scheduler()).given()));
    settings.put("train_data", pictures.examples().fingerprint());
    settings.set("augmentation", JSON.valueToTree(pictures.augmentation()));
    settings.put("caption_dropout_rate", pictures.dropout().rate());
    prior.ifPresent(p -> settings.put("class_data", p.pictures().examples().fingerprint()));
    settings.put("train_batch_size", trainBatchSize);
    settings.set("objective", JSON.valueToTree(objective));
    settings.put("mixed_precision", computation.dtype().toString());
    settings.put("gradient_checkpointing", computation.gradientCheckpointing());
    settings.put("seed", seed);
    return settings;
  }

  private SchedulerConfig scheduler() {
    return StableDiffusion.schedulerConfig(checkpoint);
  }

  /**
   * Loads the model and makes everything ready.
   *
   * @param progress of caches that have to be made
   * @return to be closed by the caller
   * @throws io.chiaroscuro.InvalidInputException if something is missing, damaged, or does not suit
   *     the rest
   */
  public DenoiserSubject subject(ProcessGroup processes, CachingProgress progress) {
    var schedule = scheduleChange.applied(scheduler());
    ObjectiveConfig weighted =
        objective.withPriorLossWeight(prior.map(PriorPreservation::priorLossWeight).orElse(0.0));
    var diffusion =
        new DiffusionObjective(new NoiseSchedule(schedule), schedule.predictionType(), weighted);
    Segments segments =
        computation.gradientCheckpointing() ? new GradientCheckpointing() : Segments.PLAIN;
    StableDiffusion loaded =
        scheduleChange.applied(
            StableDiffusion.load(
                checkpoint,
                computation.device(),
                computation.dtype(),
                List.of(),
                learnable.reaches(Component.TEXT_ENCODER) ? segments : Segments.PLAIN,
                segments));
    try {
      loaded.requireTextToImage();
      samples.check(loaded);
      MemoryLayout.channelsLast(loaded.unet().weights().tensors().values());
      Learner learner = learnable.begin(loaded, seed);
      var model = learner.model();
      return new DenoiserSubject(
          learner,
          segments,
          batches(model, processes, progress),
          textEmbeddings.encoder(model, pictures, prior, processes, progress),
          diffusion,
          new Share(processes.rank(), processes.size()),
          () -> samples.draw(model));
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private LatentBatches batches(
      StableDiffusion model, ProcessGroup processes, CachingProgress progress) {
    // That of a checkpoint is of no other kind.
    var vae = (AutoencoderKL) model.vae();
    LatentBatches own = pictures.batches(vae, trainBatchSize, seed, processes, progress);
    return prior
        .map(
            p ->
                LatentBatches.halves(
                    own, p.pictures().batches(vae, trainBatchSize, seed + 1, processes, progress)))
        .orElse(own);
  }
}
