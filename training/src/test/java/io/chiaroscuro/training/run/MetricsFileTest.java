package io.chiaroscuro.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {

  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void fiveSteps() {
    path = folder.resolve("run").resolve("metrics.jsonl");
    try (var metrics = MetricsFile.open(path, 0)) {
      for (long step = 1; step <= 5; step++) {
        metrics.append(step, Map.of("loss", 1.0 / step));
      }
    }
  }

  @Test
  void aLineIsAnObjectWithItsStep() throws IOException {
    assertThat(Files.readAllLines(path)).hasSize(5).first().isEqualTo("{\"step\":1,\"loss\":1.0}");
  }

  @Test
  void resumingCutsWhatCameLater() throws IOException {
    try (var metrics = MetricsFile.open(path, 3)) {
      metrics.append(4, Map.of("loss", 9.0));
    }
    assertThat(Files.readAllLines(path)).hasSize(4).last().isEqualTo("{\"step\":4,\"loss\":9.0}");
  }

  @Test
  void resumingRemovesHalfALine() throws IOException {
    Files.writeString(path, "{\"step\":6,\"lo", StandardOpenOption.APPEND);
    try (var metrics = MetricsFile.open(path, 5)) {
      metrics.append(6, Map.of("loss", 0.5));
    }
    assertThat(Files.readAllLines(path)).hasSize(6).last().isEqualTo("{\"step\":6,\"loss\":0.5}");
  }

  @Test
  void aNewRunStartsEmpty() throws IOException {
    MetricsFile.open(path, 0).close();
    assertThat(path).isEmptyFile();
  }

  @Test
  void whatIsNotFiniteIsNull() throws IOException {
    try (var metrics = MetricsFile.open(path, 5)) {
      metrics.append(6, Map.of("loss", Double.NaN));
    }
    assertThat(Files.readAllLines(path)).last().isEqualTo("{\"step\":6,\"loss\":null}");
  }

  @Test
  void noStepTwice() {
    try (var metrics = MetricsFile.open(path, 5)) {
      assertThatThrownBy(() -> metrics.append(5, Map.of()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aForeignFileIsLeftAsItIs() throws IOException {
    Files.writeString(path, "{\"step\":1}\nshopping list\n");
    assertThatThrownBy(() -> MetricsFile.open(path, 5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Line 2 of");
    assertThat(path).hasContent("{\"step\":1}\nshopping list\n");
  }
}
