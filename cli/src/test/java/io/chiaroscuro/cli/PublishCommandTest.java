package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.leak.LeakStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishCommandTest {

  @Test
  void publishesWhatIsNamed(@TempDir Path folder) throws IOException {
    Sandbox sandbox = Sandbox.create(folder.resolve("sandbox"));
    Path module = Files.createDirectory(folder.resolve("demo-model"));
    Files.createFile(module.resolve("pom.xml"));
    CommandLineRun both =
        CommandLineRun.of(
            "demo-model",
            "publish",
            "--trained=" + sandbox.path("model"),
            "--leak=" + sandbox.path("leak"),
            "--reference=" + sandbox.path("pixel-leak"),
            "--module=" + module,
            "--json");
    Path published = module.resolve("src/main/resources/io/chiaroscuro/demo");
    assertThat(both.assertSuccess().json().path("bytes").asLong()).isPositive();
    assertThat(Checkpoint.open(published.resolve("chiaroscuro-demo")).name())
        .isEqualTo("chiaroscuro-demo");
    assertThat(published.resolve("reference/statistic_type.txt")).hasContent("pixel");
    try (var statistics = LeakStatistics.read(published.resolve("leak"))) {
      assertThat(statistics.provenance()).containsEntry("model", "seeded");
    }
  }

  @Test
  void onlyIntoTheSources(@TempDir Path folder) {
    CommandLineRun run = CommandLineRun.of("demo-model", "publish", "--module=" + folder);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(folder.toString(), "pom.xml", "name that folder");
  }
}
