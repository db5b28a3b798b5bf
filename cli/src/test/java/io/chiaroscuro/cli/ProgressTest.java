package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private final StringWriter text = new StringWriter();
  private final PrintWriter err = new PrintWriter(text);

  @Test
  void printsALineEveryTenSecondsWhereThereIsNoTerminal() {
    var clock = new AtomicLong();
    try (var progress = new Progress.Lines("Encoding", 10, 110, err, clock::get)) {
      for (int i = 0; i < 50; i++) {
        clock.addAndGet(Duration.ofSeconds(1).toNanos());
        progress.step(2, i < 20 ? "" : "loss 0.1");
      }
    }
    assertThat(text.toString().lines())
        .containsExactly(
            "Encoding: 30 of 110, 2.00/s, 0:00:40 left",
            "Encoding: 50 of 110, 2.00/s, 0:00:30 left",
            "Encoding: 70 of 110, 2.00/s, 0:00:20 left (loss 0.1)",
            "Encoding: 90 of 110, 2.00/s, 0:00:10 left (loss 0.1)");
  }

  @Test
  void saysNothingOfAShortTask() {
    try (var progress = Progress.start("Encoding", 3, err)) {
      progress.step();
      progress.say("a.jpg is broken");
      progress.step(2, "");
    }
    assertThat(text).hasToString("a.jpg is broken" + System.lineSeparator());
  }

  @Test
  void drawsABarNoWiderThanTheTerminal() {
    try (var progress = new Progress.Bar("Encoding", 0, 128, err, 60)) {
      progress.step(32, "loss 0.1");
      progress.say("a.jpg is broken");
      progress.step(32, "loss 0.1");
    }
    String[] drawn = text.toString().split("\r\033\\[K|\\R");
    assertThat(drawn).contains("a.jpg is broken").allMatch(line -> line.length() <= 60);
    assertThat(drawn[drawn.length - 1])
        .startsWith("Encoding  50% [")
        .contains("64/128", "/s, loss");
  }
}
