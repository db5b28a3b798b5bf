package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipe of the embedded model, from pictures to a checkpoint, a few steps of each stage. */
class TrainDemoCommandTest {

  @Test
  void makesACheckpointThatGeneratesAndGoesOnWhereItStood(@TempDir Path folder) throws Exception {
    Path train = folder.resolve("data/train");
    StringBuilder metadata = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      PngFile.write(
          train.resolve(i + ".png"), RgbImage.solid(128, 128, 90 * i, 40, 200 - 60 * i), Map.of());
      metadata.append(
          "{\"file_name\": \"%d.png\", \"text\": \"a picture of hue %d\"}\n".formatted(i, i));
    }
    Files.writeString(train.resolve("metadata.jsonl"), metadata);

    assertThat(train(folder, 2).out()).contains("model  2 steps");
    assertThat(train(folder, 3).out()).contains("model  3 steps").doesNotContain("autoencoder");

    Path model = folder.resolve("trained/model");
    assertThat(Files.readAllLines(model.resolve("metrics.jsonl"))).hasSize(3);
    var scheduler =
        new JsonMapper().readTree(model.resolve("scheduler/scheduler_config.json").toFile());
    assertThat(scheduler.path("timestep_spacing").asText()).isEqualTo("leading");
    CommandLineRun.of(
            "generate",
            "--model=" + model,
            "--prompt=a picture of hue 1",
            "--steps=2",
            "--output-dir=" + folder.resolve("pictures"))
        .assertSuccess();
  }

  private static CommandLineRun train(Path folder, int steps) {
    return CommandLineRun.of(
            "train",
            "demo",
            "--data-dir=" + folder.resolve("data"),
            "--output-dir=" + folder.resolve("trained"),
            "--autoencoder-steps=1",
            "--max-train-steps=" + steps)
        .assertSuccess();
  }
}
