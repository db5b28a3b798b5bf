package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * A line of a batch file: a command line of its own, made of those options of {@code generate} that
 * say what pictures to make.
 */
final class BatchRow {

  private static final Pattern FILE_NAME =
      Pattern.compile("[^/\\\\:*?\"<>|\\p{Cntrl}. ]([^/\\\\:*?\"<>|\\p{Cntrl}]{0,98}[^. ])?");

  private static final CommandSpec OF_LEAK = CommandSpec.forAnnotatedObject(new LeakOptions());

  @Mixin private PictureOptions picture;
  @Mixin private ImageOptions image;
  @Mixin private LeakOptions leak;
  @Mixin private SeedOptions seeds;

  @Option(names = "--output-name")
  private String outputName;

  private final Path file;
  private final int line;
  private List<String> leakWords = List.of();

  private BatchRow(Path file, int line) {
    this.file = file;
    this.line = line;
  }

  /** The options that a line may have. */
  static CommandSpec options() {
    return CommandSpec.forAnnotatedObject(new BatchRow(Path.of(""), 0));
  }

  /**
   * Parses options that were not said on a command line.
   *
   * @param words each an option with its value
   * @throws InvalidInputException naming file and line of what cannot be meant
   */
  static BatchRow parse(Path file, int line, List<String> words) {
    BatchRow row = new BatchRow(file, line);
    return row.saying(
        () -> {
          try {
            new CommandLine(row).setExpandAtFiles(false).parseArgs(words.toArray(String[]::new));
          } catch (ParameterException e) {
            throw new InvalidInputException(e.getMessage() + "; correct it.", e);
          }
          row.leakWords = leakWords(words);
          row.picture.check();
          row.image.check();
          row.leak.check();
          row.seeds.check();
          row.requireFileName();
          return row;
        });
  }

  private static List<String> leakWords(List<String> words) {
    return words.stream()
        .filter(word -> OF_LEAK.findOption(word.split("=", 2)[0]) != null)
        .toList();
  }

  private void requireFileName() {
    if (outputName != null && !FILE_NAME.matcher(stem()).matches()) {
      throw new InvalidInputException(
          "The output_name '%s' is no name of a file; give up to 100 letters and digits, without a folder."
              .formatted(outputName));
    }
  }

  PictureOptions picture() {
    return picture;
  }

  ImageOptions image() {
    return image;
  }

  LeakOptions leak() {
    return leak;
  }

  /** What says the leak: equal words, equal leak. */
  List<String> leakWords() {
    return leakWords;
  }

  SeedOptions seeds() {
    return seeds;
  }

  int line() {
    return line;
  }

  /** The names that its pictures were given, in the order of their seeds; none if none was. */
  List<String> fileNames() {
    if (outputName == null) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (int index = 0; index < seeds.count(); index++) {
      names.add(
          seeds.count() == 1
              ? stem() + ".png"
              : "%s-seed-%d.png".formatted(stem(), seeds.seed(index)));
    }
    return names;
  }

  private String stem() {
    return outputName.toLowerCase(Locale.ROOT).endsWith(".png")
        ? outputName.substring(0, outputName.length() - 4)
        : outputName;
  }

  /** Where it is, for messages. */
  @Override
  public String toString() {
    return "%s, line %d".formatted(file, line);
  }

  /** Does what may fail; a failure's sentence then begins with file and line. */
  <T> T saying(Supplier<T> work) {
    try {
      return work.get();
    } catch (InvalidInputException e) {
      throw new InvalidInputException("%s: %s".formatted(this, e.getMessage()), e);
    }
  }
}
