package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainProcessesTest {

  private static final String UNET = "unet/diffusion_pytorch_model.safetensors";

  /** With class pictures, whose share is another part of the batch. */
  @Test
  void twoProcessesWithHalfTheBatchEqualOne(@TempDir Path folder) throws IOException {
    Sandbox sandbox = Sandbox.create(folder.resolve("sandbox"));
    train(sandbox, "one", "--train_batch_size=4");
    train(sandbox, "two", "--train_batch_size=2", "--nproc=2");
    List<double[]> one = metrics(sandbox, "one");
    List<double[]> two = metrics(sandbox, "two");
    assertThat(two).hasSameSizeAs(one).hasSize(4);
    for (int step = 0; step < one.size(); step++) {
      for (int i = 0; i < 2; i++) {
        assertThat(two.get(step)[i]).isCloseTo(one.get(step)[i], within(1e-5 * one.get(step)[i]));
      }
    }
    try (var scope = new TensorScope();
        var begun = SafetensorsFile.open(sandbox.path("model/" + UNET));
        var a = SafetensorsFile.open(sandbox.path("one/" + UNET));
        var b = SafetensorsFile.open(sandbox.path("two/" + UNET))) {
      for (String name : a.entries().keySet()) {
        Tensor learnt = a.tensor(name).sub(begun.tensor(name));
        double difference = a.tensor(name).sub(b.tensor(name)).norm().item_double();
        assertThat(learnt.norm().item_double()).as(name).isPositive();
        assertThat(difference)
            .as(name)
            .isLessThan(1e-5 * a.tensor(name).norm().item_double() + 1e-7);
      }
    }
  }

  private static void train(Sandbox sandbox, String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "dreambooth",
                "--model=" + sandbox.path("model"),
                "--instance_data_dir=" + sandbox.path("photos"),
                "--instance_prompt=sks wall",
                "--with_prior_preservation",
                "--class_data_dir=" + sandbox.path("photos"),
                "--class_prompt=wall",
                "--num_class_images=3",
                "--output_dir=" + sandbox.path(output),
                "--resolution=64",
                "--noise_offset=0.1",
                // Steps in proportion to the gradient, so that nothing hides behind Adam's scaling.
                "--learning_rate=0.01",
                "--adam_epsilon=1",
                "--max_train_steps=4"));
    arguments.addAll(Arrays.asList(more));
    CommandLineRun.of(arguments.toArray()).assertSuccess();
  }

  private static List<double[]> metrics(Sandbox sandbox, String output) throws IOException {
    List<double[]> metrics = new ArrayList<>();
    for (String line : Files.readAllLines(sandbox.path(output + "/metrics.jsonl"))) {
      var json = new JsonMapper().readTree(line);
      metrics.add(new double[] {json.get("loss").asDouble(), json.get("grad_norm").asDouble()});
    }
    return metrics;
  }
}
