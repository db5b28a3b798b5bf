package io.chiaroscuro.training.process;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a process of the tests does: its arguments are a deed and a folder for what comes of it. */
final class Member {

  static final int BATCH = 4;
  static final Duration TIMEOUT = Duration.ofSeconds(40);

  private Member() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    if (arguments[0].equals("fail") && System.getenv("RANK").equals("1")) {
      System.err.println("Cannot read cat.png (no such file).");
      System.exit(3);
    }
    Duration timeout = arguments[0].equals("impatient") ? Duration.ofSeconds(8) : TIMEOUT;
    try (ProcessGroup group = ProcessGroup.ofEnvironment(Device.CPU, timeout)) {
      switch (arguments[0]) {
        case "share" -> share(group, folder);
        case "speak" -> System.out.println("rank %d of %d".formatted(group.rank(), group.size()));
        case "gradients" -> gradients(group, folder);
        default -> averageForever(group, folder);
      }
    } catch (InvalidInputException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /** Averages and broadcasts known numbers; every process writes what it holds in the end. */
  private static void share(ProcessGroup group, Path folder) {
    try (var scope = new TensorScope()) {
      Map<String, Tensor> averaged = new LinkedHashMap<>();
      averaged.put("small", Tensors.of(new float[] {group.rank(), 10 * group.rank()}, 2));
      averaged.put("wide", Tensors.of(new double[] {Math.pow(3, group.rank())}, 1, 1));
      for (int i = 0; i < 4; i++) { // 12 MB each: more than one bucket.
        averaged.put(
            "large" + i,
            Tensors.zeros(DType.FLOAT32, 3 << 10, 1 << 10)
                .add(new Scalar((double) (i + 6 * group.rank()))));
      }
      group.average(averaged.values());
      Tensor weight =
          Tensors.of(new float[] {7 + group.rank()}, 1).set_requires_grad(true); // a leaf
      group.broadcast(List.of(weight));
      averaged.put("broadcast", weight.detach());
      group.barrier();
      SafetensorsWriter.write(
          folder.resolve(group.rank() + ".safetensors"),
          averaged,
          Map.of("threads", Integer.toString(torch.get_num_threads())));
    }
  }

  /** One step's gradients of a mean loss over this process's share of the batch. */
  private static void gradients(ProcessGroup group, Path folder) {
    var config = UNet2DConditionConfig.read(Fixture.path("process/unet.json"));
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(5);
        var model =
            new UNet2DConditionModel(config, Weights.seeded(7, DType.FLOAT32, Device.CPU))) {
      Map<String, Tensor> weights = model.weights().tensors();
      weights.values().forEach(weight -> weight.set_requires_grad(true));
      int share = BATCH / group.size();
      int start = group.rank() * share;
      Tensor sample = generator.randn(BATCH, 4, 8, 8).narrow(0, start, share);
      Tensor noise = generator.randn(BATCH, 4, 8, 8).narrow(0, start, share);
      Tensor text = generator.randn(BATCH, 5, 16).narrow(0, start, share);
      Tensor timesteps = Tensors.of(new long[] {10, 300, 600, 990}, BATCH).narrow(0, start, share);
      torch.mse_loss(model.forward(sample, timesteps, text), noise).backward();

      Map<String, Tensor> gradients = new LinkedHashMap<>();
      weights.forEach((name, weight) -> gradients.put(name, weight.grad()));
      group.average(gradients.values());
      SafetensorsWriter.write(
          folder.resolve(group.size() + "-" + group.rank() + ".safetensors"), gradients, Map.of());
    }
  }

  private static void averageForever(ProcessGroup group, Path folder) throws Exception {
    Files.writeString(
        folder.resolve("pid-" + group.rank()), Long.toString(ProcessHandle.current().pid()));
    try (var scope = new TensorScope()) {
      Tensor tensor = Tensors.zeros(DType.FLOAT32, 1000);
      while (true) {
        group.average(List.of(tensor));
      }
    }
  }
}
