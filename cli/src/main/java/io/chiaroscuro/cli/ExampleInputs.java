package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.EmbeddingFile;
import io.chiaroscuro.cli.examples.Example;
import io.chiaroscuro.cli.examples.ExampleRequest;
import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.leak.LeakStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What examples are made from, and who says so: the command line, else the authors. */
final class ExampleInputs {

  private static final Pattern OF_EXAMPLE =
      Pattern.compile(
          "("
              + Arrays.stream(Example.values()).map(Enum::name).collect(Collectors.joining("|"))
              + ")=(.*)");

  /** The repository of a style holds the pictures that it was learnt from. */
  private static final String TRAINING_IMAGES = "concept_images";

  @Option(
      names = "--model",
      paramLabel = "[EXAMPLE=]NAME",
      description = {
        "The checkpoint, a folder or a name on the Hugging Face hub; of all examples, or of one, then",
        "given several times (default: the authors' model)."
      })
  private List<String> models = List.of();

  @Option(
      names = "--data-dir",
      paramLabel = "[EXAMPLE=]FOLDER",
      description = {
        "The pictures whose leak is modelled; those of A1 serve B1 too, those of A2 B2, those of C D",
        "(default: concept_images beside the style's weights; statistics that are already in",
        "OUTPUT/EXAMPLE/leak)."
      })
  private List<String> dataDirs = List.of();

  @Option(
      names = "--embedding",
      paramLabel = "FILE",
      description = "The word of example A2 (default: sd-concepts-library/line-art).")
  private String embedding;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** The checkpoint's folder. */
  Path model(Example example) {
    return modelFolder(
        example,
        Optional.ofNullable(given("--model", models).get(example)).orElse(example.model()));
  }

  private Path modelFolder(Example example, String name) {
    return found(
        name,
        Wanted.CHECKPOINT,
        "Example %s needs the model %s (--model %s=FOLDER names another): %%s"
            .formatted(example, name, example));
  }

  /** The file of the word that the example's prompt uses, if it does. */
  Optional<Path> embedding(Example example) {
    return example
        .embedding()
        .map(
            published ->
                EmbeddingFile.file(
                    found(
                        embedding == null ? published : embedding,
                        Wanted.EMBEDDING,
                        "Example %s needs the word %s (--embedding FILE names another): %%s"
                            .formatted(example, Example.LINE_ART_WORD))));
  }

  private Path found(String name, Wanted wanted, String need) {
    try {
      return HubModels.of(command).find(name, wanted, command.commandLine().getErr());
    } catch (InvalidInputException e) {
      throw new InvalidInputException(need.formatted(e.getMessage()), e);
    }
  }

  /**
   * The folder of the pictures whose leak is modelled; empty where statistics are there and nothing
   * else is said.
   *
   * @param folder the example's in the output
   * @throws InvalidInputException if there is neither
   */
  Optional<Path> photographs(Example example, Path folder) {
    Map<Example, String> given = given("--data-dir", dataDirs);
    Optional<Path> said =
        Arrays.stream(Example.values())
            .filter(other -> other.photographs() == example.photographs())
            .sorted((a, b) -> Boolean.compare(b == example, a == example))
            .flatMap(other -> Optional.ofNullable(given.get(other)).stream())
            .map(Path::of)
            .findFirst();
    if (said.isEmpty() && LeakStatistics.exist(ExampleRequest.statistics(folder))) {
      return Optional.empty();
    }
    return Optional.of(
        said.or(() -> besideTheWeights(example))
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "Example %s models the leak of %s; give %s by --data-dir %s=FOLDER."
                            .formatted(
                                example,
                                example.photographs(),
                                example.photographs().source(),
                                example))));
  }

  /** A clone of the style's repository has its training images. */
  private Optional<Path> besideTheWeights(Example example) {
    Optional<Path> repository =
        switch (example) {
          case A1 -> Optional.of(model(example));
          case A2 -> embedding(example).map(file -> file.toAbsolutePath().getParent());
          default -> Optional.empty();
        };
    return repository.map(r -> r.resolve(TRAINING_IMAGES)).filter(Files::isDirectory);
  }

  /** What an option says of each example: of one by name, else of all. */
  private static Map<Example, String> given(String option, List<String> values) {
    Map<Example, String> given = new HashMap<>();
    Optional<String> ofAll = Optional.empty();
    for (String value : values) {
      Matcher ofOne = OF_EXAMPLE.matcher(value);
      String twice = null;
      if (ofOne.matches()) {
        twice = given.put(Example.valueOf(ofOne.group(1)), ofOne.group(2));
      } else {
        twice = ofAll.orElse(null);
        ofAll = Optional.of(value);
      }
      if (twice != null) {
        throw new InvalidInputException(
            "%s says both %s and %s; write %s EXAMPLE=%s for each example."
                .formatted(option, twice, value, option, value));
      }
    }
    for (Example example : Example.values()) {
      ofAll.ifPresent(value -> given.putIfAbsent(example, value));
    }
    return given;
  }
}
