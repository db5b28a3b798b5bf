package io.chiaroscuro.cli;

import io.chiaroscuro.demo.EmbeddedModelPublication;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro demo-model publish}: puts a trained model into Chiaroscuro's sources. */
@Command(
    name = "publish",
    description = {
      "Puts a trained model into Chiaroscuro's sources, in half precision, with what belongs to it.",
      "What is not named stays as it is, but for the index, which lists it anew: do so after editing",
      "the model card. The next start of ./chiaroscuro builds with it."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example, in a clone of Chiaroscuro:",
      "  chiaroscuro demo-model publish --trained demo-training/model",
      "  chiaroscuro stats --data-dir openmoji/held-out --output-dir leak --center-crop",
      "  chiaroscuro demo-model publish --leak leak",
    })
final class PublishCommand implements Runnable {

  @Spec private CommandSpec spec;
  @Mixin private JsonOption json;

  @Option(
      names = "--trained",
      paramLabel = "FOLDER",
      description = "The checkpoint that 'chiaroscuro train demo' made.")
  private Path trained;

  @Option(
      names = "--leak",
      paramLabel = "FOLDER",
      description = "Its statistics, made by 'chiaroscuro stats' with the published checkpoint.")
  private Path leak;

  @Option(
      names = "--reference",
      paramLabel = "FOLDER",
      description = "What 'chiaroscuro demo --data-dir' measured with the published checkpoint.")
  private Path reference;

  @Option(
      names = "--fine-tunes",
      paramLabel = "FOLDER",
      description = "A folder of fine-tunes of it.")
  private Path fineTunes;

  @Option(
      names = "--module",
      defaultValue = "demo-model",
      paramLabel = "FOLDER",
      description = "That of the sources (default: ${DEFAULT-VALUE}).")
  private Path module;

  @Override
  public void run() {
    var publication = new EmbeddedModelPublication(module);
    if (trained != null) {
      publication.checkpoint(trained);
    }
    if (leak != null) {
      publication.leak(leak);
    }
    if (reference != null) {
      publication.reference(reference);
    }
    if (fineTunes != null) {
      publication.fineTunes(fineTunes);
    }
    publication.index();
    long bytes = publication.bytes();
    json.print(
        spec.commandLine().getOut(),
        Map.of("module", module.toString(), "bytes", bytes),
        "%s holds %.1f MB.".formatted(module, bytes / 1e6));
  }
}
