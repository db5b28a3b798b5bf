package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationMemoryTest {

  /**
   * A full-size activation is 64 KiB here, and a step makes dozens: four that were forgotten at
   * each step would add 20 MiB.
   */
  @Test
  void memoryStaysFlatOverAHundredSteps(@TempDir Path folder) {
    SeededStableDiffusion.write(folder, 0);
    try (var model = StableDiffusion.load(folder, Device.CPU, DType.FLOAT32);
        var generator = new SeededGenerator(1);
        var scope = new TensorScope()) {
      SchedulerConfig ddim = model.schedulerConfig().as(SchedulerType.DDIM);
      var request =
          new GenerationRequest("A lighthouse at night", "", 128, 128, 100, 7.5, 0.5, 0, ddim);
      Tensor noise = generator.randn(1, 4, 16, 16);
      Tensor leak = generator.randn(1, 4, 16, 16);
      long after20 = 0;
      try (var generation = Generation.withLeak(model, request, noise, leak, generator)) {
        while (generation.hasNext()) {
          if (generation.next().index() == 20) {
            after20 = Pointer.physicalBytes();
          }
        }
      }
      assertThat(Pointer.physicalBytes() - after20).isLessThan(16L << 20);
    }
  }
}
