package io.chiaroscuro.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --json}: the result on standard output as one JSON object instead of prose. */
final class JsonOption {

  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  /** Prints {@code result} as JSON if that was asked for, else as {@code prose}. */
  void print(PrintWriter out, Map<String, ?> result, String prose) {
    if (!json) {
      out.println(prose);
      return;
    }
    try {
      out.println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(result));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException("The result cannot be written as JSON; leave out --json.", e);
    }
  }
}
