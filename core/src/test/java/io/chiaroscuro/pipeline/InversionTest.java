package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The way itself is {@code DdimInverseSchedulerTest}'s matter, and back the command line's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InversionTest {

  private static final RgbImage IMAGE = RgbImage.solid(128, 128, 200, 90, 40);

  private StableDiffusion model;

  @BeforeAll
  void load(@TempDir Path folder) {
    SeededStableDiffusion.write(folder, 3);
    model = StableDiffusion.load(folder, Device.CPU, DType.FLOAT32);
  }

  @AfterAll
  void close() {
    model.close();
  }

  private GenerationRequest request(int side, int steps, double guidanceScale) {
    SchedulerConfig ddim = model.schedulerConfig().as(SchedulerType.DDIM);
    return new GenerationRequest("a lighthouse", "", side, side, steps, guidanceScale, 0, 0, ddim);
  }

  /** The latents that a number of steps leads to. */
  private float[] inverted(int steps) {
    try (var inversion = new Inversion(model, request(128, steps, 1), IMAGE)) {
      int taken = 0;
      for (; inversion.hasNext(); taken++) {
        assertThat(inversion.next().index()).isEqualTo(taken);
      }
      assertThat(taken).isEqualTo(steps);
      return Tensors.floats(inversion.latents());
    }
  }

  @Test
  void leadsFromThePicturesLatentsToOthersWithoutChance() {
    float[] latents = inverted(3);
    assertThat(latents).hasSize(4 * 16 * 16).containsExactly(inverted(3));
    try (var scope = new TensorScope();
        var inversion = new Inversion(model, request(128, 3, 1), IMAGE)) {
      Tensor encoded = new LatentEncoder(model.vae()).encode(List.of(IMAGE));
      assertThat(Tensors.floats(inversion.latents())).containsExactly(Tensors.floats(encoded));
      assertThat(Tensors.floats(encoded)).isNotEqualTo(latents);
    }
  }

  @Test
  void refusesGuidanceAndOtherSizesInOneSentence() {
    for (GenerationRequest request : List.of(request(128, 5, 7.5), request(64, 5, 1))) {
      assertThatThrownBy(() -> new Inversion(model, request, IMAGE))
          .isInstanceOf(InvalidInputException.class)
          .message()
          .endsWith(".")
          .doesNotContain("\n");
    }
    GenerationRequest linspace = request(128, 5, 1);
    SchedulerConfig config = linspace.scheduler().with("timestep_spacing", "linspace");
    GenerationRequest unsuited = new GenerationRequest("", "", 128, 128, 5, 1, 0, 0, config);
    assertThatThrownBy(() -> new Inversion(model, unsuited, IMAGE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("linspace");
  }
}
