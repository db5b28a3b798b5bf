package io.chiaroscuro.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.ChildJvm;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes that die while they write: of kill -9, and of a disk that takes no more. */
class InterruptedWritesTest {

  private static final int ELEMENTS = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** Trains nothing, but saves after every step as a run would, and resumes as a run would. */
  static final class Writer {

    private Writer() {}

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      TrainingCheckpoints checkpoints = checkpoints(folder, new ArrayList<>());
      long step = 0;
      try (SavedState saved = checkpoints.latest().orElse(null)) {
        step = saved == null ? 0 : saved.step();
      }
      try (var metrics = MetricsFile.open(folder.resolve("metrics.jsonl"), step)) {
        while (true) {
          step++;
          metrics.append(step, Map.of("loss", 1.0 / step));
          checkpoints.write(step, state(step));
        }
      } catch (InvalidInputException e) {
        System.err.println(e.getMessage());
        System.exit(1);
      }
    }
  }

  private static TrainingCheckpoints checkpoints(Path folder, List<String> warnings) {
    return new TrainingCheckpoints(
        folder, 2, new JsonMapper().createObjectNode().put("rank", 4), warnings::add);
  }

  /** Every number in it is the step's. */
  private static TrainingState state(long step) {
    ObjectNode facts = new JsonMapper().createObjectNode().put("position", step);
    try (var scope = new TensorScope()) {
      Tensor weights =
          scope.own(Tensors.zeros(DType.FLOAT32, ELEMENTS).add(new Scalar((double) step)));
      return new TrainingState(
          Map.of("weights", Map.of("w", weights), "optimizer", Map.of("exp_avg", weights)), facts);
    }
  }

  @Test
  void killedAtTenRandomMomentsTheLatestAlwaysLoadsWhole() throws Exception {
    var random = new Random(20);
    long before = 0;
    for (int kill = 0; kill < 10; kill++) {
      Process writer =
          new ProcessBuilder(ChildJvm.command(Writer.class, folder))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        awaitCheckpointAfter(before, writer);
        TimeUnit.MICROSECONDS.sleep(random.nextInt(300_000));
      } finally {
        writer.destroyForcibly().waitFor();
      }
      long after = requireWhole();
      assertThat(after).as("kill %d", kill).isGreaterThan(before);
      before = after;
    }
  }

  private void awaitCheckpointAfter(long step, Process writer) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (newest() <= step) {
      assertThat(writer.isAlive()).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private long newest() throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("checkpoint-\\d+"))
          .mapToLong(name -> Long.parseLong(name.substring("checkpoint-".length())))
          .max()
          .orElse(0);
    }
  }

  /** The newest folder is the one that loads: nothing was passed over. */
  private long requireWhole() throws IOException {
    List<String> warnings = new ArrayList<>();
    try (var scope = new TensorScope();
        SavedState saved = checkpoints(folder, warnings).latest().orElseThrow()) {
      assertThat(warnings).isEmpty();
      assertThat(saved.step()).isEqualTo(newest());
      assertThat(saved.facts().get("position").asLong()).isEqualTo(saved.step());
      for (Tensor tensor :
          List.of(saved.tensors("weights").get("w"), saved.tensors("optimizer").get("exp_avg"))) {
        assertThat(tensor.numel()).isEqualTo(ELEMENTS);
        assertThat(tensor.min().item_double()).isEqualTo(saved.step());
        assertThat(tensor.max().item_double()).isEqualTo(saved.step());
      }
      MetricsFile.open(folder.resolve("metrics.jsonl"), saved.step()).close();
      assertThat(Files.readAllLines(folder.resolve("metrics.jsonl")))
          .hasSize(Math.toIntExact(saved.step()));
      return saved.step();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // the shell sets the limit
  void aFileThatFindsNoRoomEndsInOneSentenceAndCostsNothing() throws Exception {
    try (var scope = new TensorScope()) {
      checkpoints(folder, new ArrayList<>()).write(1, state(1));
    }
    Process writer =
        new ProcessBuilder(ChildJvm.withoutRoom(ChildJvm.command(Writer.class, folder)))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said =
        new String(writer.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(writer.waitFor()).isEqualTo(1);
    assertThat(said.lines().filter(line -> !line.startsWith("SLF4J")))
        .singleElement()
        .asString()
        .startsWith("Cannot write ")
        .contains("File too large");
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("checkpoint-1", "metrics.jsonl");
    }
    try (SavedState saved = checkpoints(folder, new ArrayList<>()).latest().orElseThrow()) {
      assertThat(saved.step()).isEqualTo(1);
    }
  }
}
