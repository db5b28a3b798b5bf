package io.chiaroscuro.cli;

import java.util.List;
import java.util.Set;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The program's commands, in the order of its help.
 *
 * <p>To read the options of all of them takes longer than Java's start. So only that command is
 * read which the words name; of the others the help shows name and description, which an outline
 * has.
 */
final class Commands {

  private static final List<Class<?>> ALL =
      List.of(
          StatsCommand.class,
          GenerateCommand.class,
          InvertCommand.class,
          InspectCommand.class,
          ConvertCommand.class,
          BrightnessCommand.class,
          DatasetCommand.class,
          TrainCommand.class,
          AnalyzeCommand.class,
          DemoCommand.class,
          ExamplesCommand.class,
          ServeCommand.class,
          DemoModelCommand.class,
          PullCommand.class,
          ModelsCommand.class,
          SparkCommand.class,
          GenerateCompletion.class);

  private Commands() {}

  /** Adds to the program what {@code words} may ask of it. */
  static void addTo(CommandLine program, String... words) {
    Set<String> asked = Set.copyOf(List.of(words));
    boolean completion = asked.contains(annotation(GenerateCompletion.class).name());
    for (Class<?> type : ALL) {
      Command command = annotation(type);
      boolean whole = completion || asked.contains(command.name());
      program.addSubcommand(command.name(), whole ? type : outline(command));
    }
  }

  private static CommandSpec outline(Command command) {
    CommandSpec outline = CommandSpec.create().name(command.name());
    outline.usageMessage().header(command.header()).description(command.description());
    return outline;
  }

  private static Command annotation(Class<?> type) {
    return type.getAnnotation(Command.class);
  }
}
