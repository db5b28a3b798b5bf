package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.training.method.WholeNetworks;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro train unet}: the whole UNet, and the text encoder if wanted. */
@Command(
    name = "unet",
    description = "Trains the whole UNet; the result is a checkpoint.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example, so that a model learns dark and light:",
      "  chiaroscuro train unet --model stable-diffusion-v1-4 --train-data-dir pictures \\",
      "      --noise-offset 0.1 --max-train-steps 1000 --learning-rate 1e-5 --output-dir offset",
    })
final class TrainUnetCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private TrainingDataOptions data;

  @Option(names = "--train-text-encoder", description = "Train the text encoder too.")
  private boolean trainTextEncoder;

  @Mixin private FromScratchOption fromScratch;
  @Mixin private DenoiserOptions common;

  @Override
  public Integer call() {
    Set<Component> networks =
        trainTextEncoder ? Set.of(Component.UNET, Component.TEXT_ENCODER) : Set.of(Component.UNET);
    if (trainTextEncoder) {
      common.caching().requireFixedTextEncoder("--train-text-encoder");
    }
    return common.train(
        spec,
        processes ->
            new DenoiserOptions.Lesson(
                fromScratch.begun(common.checkpoint(), networks, common.seed()),
                new WholeNetworks(networks),
                common.pictures(data.images(), data.dropout(common.seed())),
                Optional.empty(),
                1e-5));
  }
}
