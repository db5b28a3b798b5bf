package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChiaroscuroTest {

  @ParameterizedTest
  @ValueSource(strings = {"stats", "generate", "inspect", "brightness", "demo"})
  void theHelpOfEveryCommandEndsWithAnExample(String command) {
    String help = CommandLineRun.of(command, "--help").assertSuccess().out();
    assertThat(help).contains("Example");
    assertThat(help.substring(help.indexOf("Example"))).contains("chiaroscuro " + command);
    assertThat(CommandLineRun.of("--help").assertSuccess().out())
        .contains("Examples:")
        .containsPattern("(?m)^  " + command + " ");
  }

  @Test
  void printsAScriptForCompletion() {
    assertThat(CommandLineRun.of("generate-completion").assertSuccess().out())
        .startsWith("#!/usr/bin/env bash")
        .contains("complete -F", "chiaroscuro", "--statistic-type");
  }
}
