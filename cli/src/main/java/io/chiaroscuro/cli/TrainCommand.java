package io.chiaroscuro.cli;

import picocli.CommandLine.Command;

/** {@code chiaroscuro train}: lets a checkpoint learn. */
@Command(
    name = "train",
    description = {
      "Lets a checkpoint learn from your pictures: the whole of it or a LoRA, with offset noise,",
      "DreamBooth, textual inversion, or from scratch. Options are named as in diffusers' and",
      "kohya's scripts; underscores may be dashes.",
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainUnetCommand.class,
      TrainLoraCommand.class,
      TrainDreamBoothCommand.class,
      TrainTextualInversionCommand.class,
      TrainVaeCommand.class,
    })
final class TrainCommand {}
