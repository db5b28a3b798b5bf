package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.training.data.CaptionedFolder;
import io.chiaroscuro.training.data.Examples;
import io.chiaroscuro.training.method.AutoencoderTraining;
import io.chiaroscuro.training.process.ProcessGroup;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro train vae}: the autoencoder. */
@Command(
    name = "vae",
    description = "Trains the autoencoder; the result is a checkpoint.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The loss is the pictures' mean absolute error and the divergence of their latents from a",
      "standard normal; there is no perceptual and no adversarial part. Pictures scaled down, or",
      "small crops, make it several times cheaper.",
      "",
      "Example:",
      "  chiaroscuro train vae --model configurations --from-scratch --train-data-dir pictures \\",
      "      --resolution 128 --max-train-steps 20000 --train-batch-size 16 --output-dir autoencoder",
    })
final class TrainVaeCommand implements Callable<Integer> {

  private static final double USUAL_RATE = 1e-4;

  @Spec private CommandSpec spec;
  @Mixin private TrainedModelOptions model;

  @Option(
      names = "--train-data-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Pictures; they need no captions.")
  private Path trainDataDir;

  @Option(
      names = "--kl-weight",
      defaultValue = "1e-6",
      paramLabel = "W",
      description = "Of the latents' divergence from a normal (default: ${DEFAULT-VALUE}).")
  private double klWeight;

  @Mixin private FromScratchOption fromScratch;
  @Mixin private FramingOptions framing;
  @Mixin private OptimizationOptions optimization;
  @Mixin private CheckpointingOptions checkpointing;
  @Mixin private ProcessOptions processes;
  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    checkpointing.requireOtherThan(model.model(spec));
    AtomicFile.requireFolder(checkpointing.outputDir());
    if (processes.launch(spec)) {
      return 0;
    }
    long seed = optimization.seed();
    try (ProcessGroup group = processes.join(model.device())) {
      var images = CaptionedFolder.withInstancePrompt(trainDataDir, "a picture");
      var training =
          new AutoencoderTraining(
              fromScratch.begun(model.checkpoint(spec), Set.of(Component.VAE), seed),
              model.device(),
              new Examples(images, framing.framing()),
              framing.augmentation(seed),
              optimization.batchSize(group.size()),
              klWeight,
              seed);
      var config = optimization.config(USUAL_RATE, training::batchesIn, checkpointing);
      var session = new TrainingSession(checkpointing, group, json, spec.commandLine());
      return session.train(training.subject(group), config, training.settings());
    }
  }
}
