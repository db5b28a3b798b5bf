package io.chiaroscuro.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.training.method.DenoiserTraining;
import io.chiaroscuro.training.method.SamplePrompts;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.recipe.AutoencoderStage;
import io.chiaroscuro.training.recipe.DenoiserStage;
import io.chiaroscuro.training.run.TrainingConfig;
import io.chiaroscuro.training.run.TrainingSubject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro train demo}: the embedded model, from nothing. */
@Command(
    name = "demo",
    description = {
      "Trains the embedded model from nothing: the autoencoder, then text encoder and UNet. Hours on",
      "two cores; stopped with Ctrl-C or otherwise, the same command continues.",
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  chiaroscuro dataset openmoji --source openmoji-17.0.0.tgz --count 120 \\",
      "      --images 9000 --output-dir openmoji",
      "  chiaroscuro train demo --data-dir openmoji --output-dir demo-training",
      "  chiaroscuro demo-model evaluate --model demo-training/model --data-dir openmoji \\",
      "      --output-dir evaluation",
    })
final class TrainDemoCommand implements Callable<Integer> {

  private static final SamplePrompts SAMPLES =
      new SamplePrompts(
          List.of(
              "a red apple",
              "a fox",
              "a panda",
              "a sunflower",
              "a house",
              "a rocket",
              "a red heart",
              "a cat",
              "a frog",
              "a hamburger",
              "the sun on a black background",
              "a banana on a white background",
              "a crab",
              "a penguin",
              "a skull",
              "a snowman"),
          1,
          30,
          3,
          new ImageSize(128, 128),
          100);

  @Spec private CommandSpec spec;

  @Option(
      names = "--data-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "What 'chiaroscuro dataset openmoji' made.")
  private Path dataDir;

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the stages are written; the checkpoint lies in its folder 'model'.")
  private Path outputDir;

  @Option(
      names = "--autoencoder-steps",
      defaultValue = "1200",
      paramLabel = "N",
      description = "Of 16 crops each (default: ${DEFAULT-VALUE}).")
  private long autoencoderSteps;

  @Option(
      names = "--max-train-steps",
      defaultValue = "40000",
      paramLabel = "N",
      description = "Of text encoder and UNet, 32 pictures each (default: ${DEFAULT-VALUE}).")
  private long maxTrainSteps;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of weights, order and noise (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    AtomicFile.requireFolder(outputDir);
    Path pictures = dataDir.resolve("train");
    Path autoencoder = outputDir.resolve("autoencoder");
    if (!Files.exists(autoencoder.resolve("vae"))) {
      int exitCode =
          train(
              autoencoder,
              AutoencoderStage.subject(pictures, seed),
              AutoencoderStage.config(autoencoderSteps, seed),
              new JsonMapper().createObjectNode().put("seed", seed));
      if (exitCode != 0) {
        return exitCode;
      }
    }
    Path initial = outputDir.resolve("initial");
    if (!Files.exists(initial.resolve("model_index.json"))) {
      DenoiserStage.begin(autoencoder, pictures, seed, initial);
    }
    var training =
        DenoiserStage.training(initial, pictures, outputDir.resolve("latents"), SAMPLES, seed);
    return train(
        outputDir.resolve("model"),
        subject(training),
        DenoiserStage.config(maxTrainSteps, seed),
        training.settings());
  }

  private TrainingSubject subject(DenoiserTraining training) {
    try (var progress = new CachingBar("Encoding", spec.commandLine())) {
      return training.subject(ProcessGroup.alone(), progress);
    }
  }

  private int train(
      Path folder, TrainingSubject subject, TrainingConfig config, ObjectNode settings) {
    try (ProcessGroup alone = ProcessGroup.alone()) {
      return new TrainingSession(
              CheckpointingOptions.resuming(folder), alone, json, spec.commandLine())
          .train(subject, config, settings);
    }
  }
}
