package io.chiaroscuro.cli;

import picocli.CommandLine.Command;

/** {@code chiaroscuro dataset}: makes pictures to train on. */
@Command(
    name = "dataset",
    description = "Makes pictures to train on.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = OpenMojiCommand.class)
final class DatasetCommand {}
