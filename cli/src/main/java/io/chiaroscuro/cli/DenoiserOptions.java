package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.data.CaptionedImage;
import io.chiaroscuro.training.data.Examples;
import io.chiaroscuro.training.method.DenoiserTraining;
import io.chiaroscuro.training.method.Learnable;
import io.chiaroscuro.training.method.PriorPreservation;
import io.chiaroscuro.training.method.TrainingPictures;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.run.TrainingSubject;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands that train a denoiser have in common. */
final class DenoiserOptions {

  /** What is particular to a command. */
  record Lesson(
      Checkpoint checkpoint,
      Learnable learnable,
      TrainingPictures pictures,
      Optional<PriorPreservation> prior,
      double usualRate) {}

  /** Says what is particular, once it is known which of several processes this is. */
  @FunctionalInterface
  interface Lessons {
    Lesson of(ProcessGroup processes);
  }

  @Mixin private TrainedModelOptions model;
  @Mixin private FramingOptions framing;
  @Mixin private CachingOptions caching;
  @Mixin private NoiseOptions noise;
  @Mixin private ComputationOptions computation;
  @Mixin private OptimizationOptions optimization;
  @Mixin private CheckpointingOptions checkpointing;
  @Mixin private ValidationOptions validation;
  @Mixin private ProcessOptions processes;
  @Mixin private JsonOption json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  Checkpoint checkpoint() {
    return model.checkpoint(command);
  }

  Device device() {
    return model.device();
  }

  FramingOptions framing() {
    return framing;
  }

  CachingOptions caching() {
    return caching;
  }

  long seed() {
    return optimization.seed();
  }

  /** These pictures, brought to size and encoded as was asked for. */
  TrainingPictures pictures(List<CaptionedImage> images, CaptionDropout dropout) {
    return new TrainingPictures(
        new Examples(images, framing.framing()),
        framing.augmentation(seed()),
        dropout,
        caching.latents(framing, checkpointing.outputDir()));
  }

  /** Trains; returns the exit code. */
  int train(CommandSpec spec, Lessons lessons) {
    checkpointing.requireOtherThan(model.model(command));
    AtomicFile.requireFolder(checkpointing.outputDir());
    if (processes.launch(spec)) {
      return 0;
    }
    try (ProcessGroup group = processes.join(model.device())) {
      Lesson lesson = lessons.of(group);
      var training =
          new DenoiserTraining(
              lesson.checkpoint(),
              computation.on(model.device()),
              lesson.learnable(),
              noise.scheduleChange(),
              lesson.pictures(),
              lesson.prior(),
              optimization.batchSize(group.size()),
              noise.objective(),
              caching.textEmbeddings(checkpointing.outputDir()),
              validation.prompts(framing, seed()),
              seed());
      var config = optimization.config(lesson.usualRate(), training::batchesIn, checkpointing);
      TrainingSubject subject;
      try (var progress = new CachingBar("Encoding", spec.commandLine())) {
        subject = training.subject(group, progress);
      }
      return new TrainingSession(checkpointing, group, json, spec.commandLine())
          .train(subject, config, training.settings());
    }
  }
}
