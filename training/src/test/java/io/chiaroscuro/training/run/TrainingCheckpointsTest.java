package io.chiaroscuro.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCheckpointsTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private final List<String> warnings = new ArrayList<>();

  @Test
  void whatIsWrittenIsRead() {
    write(3);
    try (var scope = new TensorScope();
        SavedState saved = checkpoints().latest().orElseThrow()) {
      assertThat(saved.step()).isEqualTo(3);
      assertThat(saved.folder()).isEqualTo(folder.resolve("checkpoint-3"));
      assertThat(saved.facts().get("random").asText()).isEqualTo("c2VlZA==");
      assertThat(Tensors.floats(saved.tensors("weights").get("conv.weight"))).containsExactly(3, 4);
      assertThat(Tensors.floats(saved.tensors("ema").get("conv.weight"))).containsExactly(0.5f);
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void theLastOnesAreKept() {
    write(9, 10, 11);
    assertThat(names()).containsExactlyInAnyOrder("checkpoint-10", "checkpoint-11");
  }

  @Test
  void withoutAnyTheRunStartsAnew() {
    assertThat(checkpoints().latest()).isEmpty();
    checkpoints().requireNone();
    write(1);
    assertThatThrownBy(() -> checkpoints().requireNone())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--resume_from_checkpoint latest");
  }

  @Test
  void aTornOneIsPassedOverAndReplacedWhenTheRunComesThere() throws IOException {
    write(1, 2);
    Path weights = folder.resolve("checkpoint-2").resolve("weights.safetensors");
    try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    try (SavedState saved = checkpoints().latest().orElseThrow()) {
      assertThat(saved.step()).isEqualTo(1);
    }
    assertThat(warnings).singleElement().asString().startsWith("checkpoint-2 is passed over: ");

    write(2);
    try (SavedState saved = checkpoints().latest().orElseThrow()) {
      assertThat(saved.step()).isEqualTo(2);
    }
  }

  @Test
  void aTornLaterOneCostsNoWholeOne() throws IOException {
    write(1, 5);
    Files.delete(folder.resolve("checkpoint-5").resolve("ema.safetensors"));
    write(2, 3);
    assertThat(names()).containsExactlyInAnyOrder("checkpoint-2", "checkpoint-3", "checkpoint-5");
    try (SavedState saved = checkpoints().latest().orElseThrow()) {
      assertThat(saved.step()).isEqualTo(3);
    }
  }

  @Test
  void aMissingStateIsTorn() throws IOException {
    write(1, 2);
    Files.delete(folder.resolve("checkpoint-2").resolve("training_state.json"));
    try (SavedState saved = checkpoints().latest().orElseThrow()) {
      assertThat(saved.step()).isEqualTo(1);
    }
  }

  @Test
  void anotherConfigurationIsRefusedByTheNameOfTheSetting() {
    write(1);
    ObjectNode other = configuration();
    other.withObject("/optimizer").put("learning_rate", 2e-4);
    var checkpoints = new TrainingCheckpoints(folder, 2, other, warnings::add);
    assertThatThrownBy(checkpoints::latest)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "Cannot resume from %s: optimizer.learning_rate was 1.0E-4 and is now 2.0E-4; give the same setting or choose another output folder."
                .formatted(folder.resolve("checkpoint-1")));
  }

  @Test
  void anEarlierOneIsResumedOnlyWhereNothingLaterIsMistakenForItsOwn() {
    write(1, 2);
    try (SavedState saved = checkpoints().at(Path.of("checkpoint-2"))) {
      assertThat(saved.step()).isEqualTo(2);
    }
    assertThatThrownBy(() -> checkpoints().at(folder.resolve("checkpoint-1")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("checkpoint-2 is later");
    assertThatThrownBy(() -> checkpoints().at(Path.of("checkpoint-7")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no such file");
  }

  private TrainingCheckpoints checkpoints() {
    return new TrainingCheckpoints(folder, 2, configuration(), warnings::add);
  }

  private static ObjectNode configuration() {
    ObjectNode configuration = JSON.createObjectNode().put("rank", 4L).put("noise_offset", 0.1f);
    configuration.putObject("optimizer").put("learning_rate", 1e-4);
    return configuration;
  }

  private void write(long... steps) {
    for (long step : steps) {
      try (var scope = new TensorScope()) {
        checkpoints()
            .write(
                step,
                new TrainingState(
                    Map.of(
                        "weights",
                        Map.of("conv.weight", Tensors.of(new float[] {step, step + 1}, 2)),
                        "ema",
                        Map.of("conv.weight", Tensors.of(new float[] {0.5f}, 1))),
                    JSON.createObjectNode().put("random", "c2VlZA==")));
      }
    }
  }

  private List<String> names() {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
