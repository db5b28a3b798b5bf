package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** However a run is interrupted, it ends bit for bit as if it had not been. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainResumeTest {

  private static final int STEPS = 120;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private Sandbox sandbox;

  @BeforeAll
  void trainWithoutInterruption(@TempDir Path folder) throws IOException {
    sandbox = Sandbox.create(folder.resolve("sandbox"));
    for (int i = 0; i < 3; i++) {
      sandbox.text("photos/%d.txt".formatted(i), "a wall, number " + i);
    }
    CommandLineRun.of(arguments("whole")).assertSuccess();
  }

  /** With everything on that is random or remembered. */
  private Object[] arguments(String output, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "lora",
                "--model=" + sandbox.path("model"),
                "--train_data_dir=" + sandbox.path("photos"),
                "--output_dir=" + sandbox.path(output),
                "--resolution=32",
                "--rank=2",
                "--max_train_steps=" + STEPS,
                "--gradient_accumulation_steps=2",
                "--lr_scheduler=cosine",
                "--random_flip",
                "--caption_dropout_rate=0.3",
                "--noise_offset=0.1",
                "--noise_offset_random_strength",
                "--use_ema",
                "--checkpointing_steps=2",
                "--checkpoints_total_limit=2"));
    arguments.addAll(Arrays.asList(more));
    return arguments.toArray();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which has no signal that Ctrl-C sends to a child
  void killedAtTenRandomMomentsAndStoppedByCtrlC() throws Exception {
    var random = new Random(4);
    long before = 0;
    for (int kill = 0; kill < 10; kill++) {
      Process child = start();
      awaitCheckpointAfter(before, child);
      TimeUnit.MICROSECONDS.sleep(random.nextInt(100_000));
      child.destroyForcibly().waitFor();
      long after = newest();
      assertThat(after).as("kill %d", kill).isGreaterThan(before);
      before = after;
    }
    Process child = start();
    awaitCheckpointAfter(before, child);
    new ProcessBuilder("kill", "-INT", Long.toString(child.pid())).start().waitFor();
    assertThat(child.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isEqualTo(130);
    assertThat(ChildProgram.said(sandbox.path("child.err")))
        .contains(
            "Stopped after step %d of %d, which is saved; give the same command with --resume"
                .formatted(newest(), STEPS));
    assertThat(newest()).isGreaterThan(before).isLessThan(STEPS);

    CommandLineRun.of(arguments("killed", "--resume")).assertSuccess();
    assertSame("killed");
  }

  private Process start() throws IOException {
    return ChildProgram.start(
        sandbox.path("child.err"), arguments("killed", "--resume_from_checkpoint=latest"));
  }

  private void awaitCheckpointAfter(long step, Process child) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (newest() <= step) {
      assertThat(child.isAlive()).as(ChildProgram.said(sandbox.path("child.err"))).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private long newest() throws IOException {
    if (!Files.isDirectory(sandbox.path("killed"))) {
      return 0;
    }
    try (var files = Files.list(sandbox.path("killed"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("checkpoint-\\d+"))
          .mapToLong(name -> Long.parseLong(name.substring("checkpoint-".length())))
          .max()
          .orElse(0);
    }
  }

  /** Weights, optimizer and moving average of the last step, metrics of all, and the result. */
  private void assertSame(String output) throws IOException {
    for (String file :
        List.of(
            "checkpoint-%d/weights.safetensors".formatted(STEPS),
            "checkpoint-%d/optimizer.safetensors".formatted(STEPS),
            "checkpoint-%d/ema.safetensors".formatted(STEPS),
            "pytorch_lora_weights.safetensors")) {
      assertThat(sandbox.path(output + "/" + file))
          .hasSameBinaryContentAs(sandbox.path("whole/" + file));
    }
    assertThat(metrics(output)).hasSize(STEPS).isEqualTo(metrics("whole"));
  }

  private List<JsonNode> metrics(String output) throws IOException {
    List<JsonNode> metrics = new ArrayList<>();
    for (String line : Files.readAllLines(sandbox.path(output + "/metrics.jsonl"))) {
      JsonNode json = new JsonMapper().readTree(line);
      ((ObjectNode) json).remove("images_per_second");
      metrics.add(json);
    }
    return metrics;
  }

  @Test
  void anotherSettingDoesNotResume() {
    var run = CommandLineRun.of(arguments("whole", "--resume", "--train_batch_size=2"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("Cannot resume from", "train_batch_size was 1 and is now 2", "choose another");
  }

  @Test
  void aFinishedRunIsNotBegunAnew() {
    var run = CommandLineRun.of(arguments("whole"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("checkpoint-120 is there already", "--resume_from_checkpoint");
    assertThat(CommandLineRun.of(arguments("whole", "--resume")).assertSuccess().out())
        .contains("120 steps, all done before");
  }
}
