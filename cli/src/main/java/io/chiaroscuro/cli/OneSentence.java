package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What went wrong, in one sentence on standard error; the stack trace is for those who ask for it
 * by setting {@code CHIAROSCURO_DEBUG}.
 */
final class OneSentence implements IParameterExceptionHandler, IExecutionExceptionHandler {

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    List<String> suggestions =
        e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
    String remedy =
        suggestions.isEmpty()
            ? "see '%s --help'".formatted(command.getCommandSpec().qualifiedName())
            : "did you mean %s?".formatted(String.join(" or ", suggestions));
    print(command.getErr(), e, "%s; %s".formatted(withoutFullStop(e.getMessage()), remedy));
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return print(command.getErr(), e);
  }

  /** Prints what {@code e} means to the user; returns the exit code. */
  static int print(PrintWriter err, Throwable e) {
    print(err, e, sentence(e));
    return ExitCode.SOFTWARE;
  }

  /** What {@code e} means to the user. */
  static String sentence(Throwable e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof InvalidInputException) {
      return message;
    }
    if (e instanceof OutOfMemoryError
        || message.contains("can't allocate memory")
        || message.contains("out of memory")) {
      return "Not enough memory; choose a smaller --resolution, --height and --width or"
          + " --batch-size, or --dtype bfloat16.";
    }
    return "Something unforeseen went wrong (%s: %s); set CHIAROSCURO_DEBUG=1 for the details."
        .formatted(e.getClass().getSimpleName(), message.lines().findFirst().orElse(""));
  }

  private static void print(PrintWriter err, Throwable e, String sentence) {
    err.println("chiaroscuro: " + sentence);
    if (System.getenv("CHIAROSCURO_DEBUG") != null) {
      e.printStackTrace(err);
    }
  }

  private static String withoutFullStop(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }
}
