package io.chiaroscuro.cli;

import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.method.NewWord;
import io.chiaroscuro.training.method.WordCaptions;
import io.chiaroscuro.training.subject.TextualInversionConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro train textual-inversion}: a word for what some pictures show. */
@Command(
    name = "textual-inversion",
    description = "Finds a word for what a few pictures show; the result is a small file.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  chiaroscuro train textual-inversion --model stable-diffusion-v1-4 \\",
      "      --train-data-dir line-art --learnable-property style --placeholder-token '<line-art>' \\",
      "      --initializer-token drawing --max-train-steps 3000 --output-dir line-art-word",
    })
final class TrainTextualInversionCommand implements Callable<Integer> {

  private static final double USUAL_RATE = 5e-4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--train-data-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Pictures of it; they need no captions.")
  private Path trainDataDir;

  @Option(
      names = "--placeholder-token",
      required = true,
      paramLabel = "TOKEN",
      description = "The word, as prompts will have it, <line-art> for example.")
  private String placeholderToken;

  @Option(
      names = "--initializer-token",
      required = true,
      paramLabel = "TOKEN",
      description = "A word of the vocabulary that comes near.")
  private String initializerToken;

  @Option(
      names = "--num-vectors",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of the word (default: ${DEFAULT-VALUE}).")
  private int numVectors;

  @Option(
      names = "--learnable-property",
      defaultValue = "object",
      description = "object or style: what the word names (default: ${DEFAULT-VALUE}).")
  private WordCaptions learnableProperty;

  @Mixin private DenoiserOptions common;

  @Override
  public Integer call() {
    common.caching().requireFixedTextEncoder("a new word");
    var config = new TextualInversionConfig(placeholderToken, initializerToken, numVectors);
    return common.train(
        spec,
        processes ->
            new DenoiserOptions.Lesson(
                common.checkpoint(),
                new NewWord(config),
                common.pictures(
                    learnableProperty.around(placeholderToken, trainDataDir), CaptionDropout.NONE),
                Optional.empty(),
                USUAL_RATE));
  }
}
