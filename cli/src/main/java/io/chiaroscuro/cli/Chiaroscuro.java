package io.chiaroscuro.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code chiaroscuro}: a thin door into the library, one class a command. */
@Command(
    name = "chiaroscuro",
    description = "The full range of light for diffusion models.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionLine.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  chiaroscuro demo",
      "  chiaroscuro stats --model MODEL --data-dir photos --output-dir leak --center-crop",
      "  chiaroscuro generate --model MODEL --prompt \"A lighthouse at night\" --leak leak"
          + " --compare \\",
      "      --output-dir outputs",
      "  source <(chiaroscuro generate-completion)",
    })
public final class Chiaroscuro {

  private final HubModels models;

  private Chiaroscuro(Map<String, String> environment) {
    models = new HubModels(environment);
  }

  /** What this run finds by name. */
  HubModels models() {
    return models;
  }

  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  /** Runs one command; the exit code is 0, 1 for a failure or 2 for words that make no command. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(System.getenv(), out, err, args);
  }

  /** As {@link #run(PrintWriter, PrintWriter, String...)}, with other variables for the hub. */
  static int run(
      Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
    CommandLine command = new CommandLine(new Chiaroscuro(environment));
    Commands.addTo(command, args);
    command
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionStrategy(ProfileOption::executed)
        .setParameterExceptionHandler(new OneSentence())
        .setExecutionExceptionHandler(new OneSentence());
    try {
      return command.execute(DashedOptions.of(args));
    } catch (OutOfMemoryError e) {
      return OneSentence.print(err, e);
    }
  }
}
