package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.data.CaptionedFolder;
import io.chiaroscuro.training.method.Learnable;
import io.chiaroscuro.training.method.PriorPreservation;
import io.chiaroscuro.training.method.WholeNetworks;
import io.chiaroscuro.training.process.ProcessGroup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro train dreambooth}: one subject, from a few pictures. */
@Command(
    name = "dreambooth",
    description = {
      "Lets a model learn one subject from a few pictures; with --rank as a LoRA, else in all its",
      "weights.",
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  chiaroscuro train dreambooth --model stable-diffusion-v1-4 --instance-data-dir dog \\",
      "      --instance-prompt \"a photo of sks dog\" --with-prior-preservation \\",
      "      --class-data-dir dogs --class-prompt \"a photo of a dog\" --num-class-images 200 \\",
      "      --max-train-steps 800 --output-dir my-dog",
    })
final class TrainDreamBoothCommand implements Callable<Integer> {

  private static final double USUAL_RATE = 5e-6;
  private static final double USUAL_LORA_RATE = 1e-4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--instance-data-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Pictures of the subject.")
  private Path instanceDataDir;

  @Option(
      names = "--instance-prompt",
      required = true,
      paramLabel = "PROMPT",
      description = "What they show, with a rare word for the subject: \"a photo of sks dog\".")
  private String instancePrompt;

  @Mixin private PriorPreservationOptions prior;
  @Mixin private LoraOptions lora;

  @Option(names = "--train-text-encoder", description = "Train the text encoder too.")
  private boolean trainTextEncoder;

  @Mixin private DenoiserOptions common;

  @Override
  public Integer call() {
    if (trainTextEncoder) {
      common.caching().requireFixedTextEncoder("--train-text-encoder");
    }
    boolean preserving = prior.areWanted();
    if (preserving) {
      common.framing().requireOneSize("--with-prior-preservation");
    }
    return common.train(
        spec,
        processes ->
            new DenoiserOptions.Lesson(
                common.checkpoint(),
                learnable(),
                common.pictures(
                    CaptionedFolder.withInstancePrompt(instanceDataDir, instancePrompt),
                    CaptionDropout.NONE),
                preserving ? Optional.of(preservation(processes)) : Optional.empty(),
                lora.areGiven() ? USUAL_LORA_RATE : USUAL_RATE));
  }

  private Learnable learnable() {
    if (lora.areGiven()) {
      return lora.adapters(trainTextEncoder);
    }
    return new WholeNetworks(
        trainTextEncoder ? Set.of(Component.UNET, Component.TEXT_ENCODER) : Set.of(Component.UNET));
  }

  private PriorPreservation preservation(ProcessGroup processes) {
    var wanted = prior.pictures(common.framing().resolution(), common.seed());
    try (var progress = new CachingBar("Making pictures of the class", spec.commandLine())) {
      var images = processes.inTurn(() -> wanted.complete(this::load, progress));
      return new PriorPreservation(
          common.pictures(images, CaptionDropout.NONE), prior.lossWeight());
    }
  }

  private StableDiffusion load() {
    return StableDiffusion.load(common.checkpoint(), common.device(), DType.FLOAT32, List.of());
  }
}
