package io.chiaroscuro.cli;

import picocli.CommandLine.Command;

/** {@code chiaroscuro demo-model}: cares for the small model inside Chiaroscuro. */
@Command(
    name = "demo-model",
    description = "Cares for the small model inside Chiaroscuro.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {EvaluateCommand.class, PublishCommand.class})
final class DemoModelCommand {}
