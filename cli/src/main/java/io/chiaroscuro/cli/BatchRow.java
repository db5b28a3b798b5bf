package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.order.PictureOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
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

  @Mixin private PictureOptions picture;
  @Mixin private ImageOptions image;
  @Mixin private LeakOptions leak;
  @Mixin private SeedOptions seeds;

  @Option(names = "--output-name")
  private String outputName;

  private final Path file;
  private final int line;

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
          row.picture.requirePrompt();
          row.image.check();
          row.leak.check();
          row.order().check();
          return row;
        });
  }

  /** What it asks for, but for the image to start from. */
  PictureOrder order() {
    return new PictureOrder(
        picture.settings(), leak.settings(), seeds.first(), seeds.count(), outputName);
  }

  ImageOptions image() {
    return image;
  }

  LeakOptions leak() {
    return leak;
  }

  int line() {
    return line;
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
