package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Map;

/** One run of the program and what it printed. */
record CommandLineRun(int exitCode, String out, String err) {

  static CommandLineRun of(Object... args) {
    return in(System.getenv(), args);
  }

  /** With other variables for the hub. */
  static CommandLineRun in(Map<String, String> environment, Object... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        Chiaroscuro.run(
            environment,
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }

  CommandLineRun assertSuccess() {
    assertThat(exitCode).as(err).isZero();
    return this;
  }

  JsonNode json() throws JsonProcessingException {
    return new JsonMapper().readTree(out);
  }
}
