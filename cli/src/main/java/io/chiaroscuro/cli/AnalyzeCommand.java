package io.chiaroscuro.cli;

import picocli.CommandLine.Command;

/** {@code chiaroscuro analyze}: what noise leaves of pictures, before any network runs. */
@Command(
    name = "analyze",
    description = "Shows what noise leaves of pictures: by wavelength, and where sampling starts.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {AnalyzeForwardCommand.class, AnalyzeScheduleCommand.class},
    footer = {
      "",
      "Examples:",
      "  chiaroscuro analyze forward photo.jpg --output-dir outputs",
      "  chiaroscuro analyze schedule --model MODEL --leak leak --output-dir outputs",
    })
final class AnalyzeCommand {}
