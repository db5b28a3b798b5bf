package io.chiaroscuro.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code chiaroscuro}: a thin door into the library, one class a command. */
@Command(
    name = "chiaroscuro",
    description = "The full range of light for diffusion models.",
    mixinStandardHelpOptions = true)
public final class Chiaroscuro {

  private Chiaroscuro() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Chiaroscuro()).execute(args));
  }
}
