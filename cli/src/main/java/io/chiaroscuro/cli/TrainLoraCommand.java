package io.chiaroscuro.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro train lora}: small matrices beside the UNet's. */
@Command(
    name = "lora",
    description = "Trains a LoRA; the result is two small files, for diffusers and for kohya's.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  chiaroscuro train lora --model stable-diffusion-v1-4 --train-data-dir pictures \\",
      "      --rank 8 --noise-offset 0.1 --max-train-steps 1000 --output-dir lora",
    })
final class TrainLoraCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private TrainingDataOptions data;
  @Mixin private LoraOptions lora;

  @Option(names = "--train-text-encoder", description = "Adapt the text encoder too.")
  private boolean trainTextEncoder;

  @Mixin private DenoiserOptions common;

  @Override
  public Integer call() {
    if (trainTextEncoder) {
      common.caching().requireFixedTextEncoder("--train-text-encoder");
    }
    return common.train(
        spec,
        processes ->
            new DenoiserOptions.Lesson(
                common.checkpoint(),
                lora.adapters(trainTextEncoder),
                common.pictures(data.images(), data.dropout(common.seed())),
                Optional.empty(),
                1e-4));
  }
}
