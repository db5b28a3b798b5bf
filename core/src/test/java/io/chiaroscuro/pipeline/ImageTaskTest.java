package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.Mask;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageTaskTest {

  private static final RgbImage PICTURE =
      ImageDecoder.decode(Fixture.path("image-pipelines/picture.png"));
  private static final Mask MASK =
      Mask.of(ImageDecoder.decode(Fixture.path("image-pipelines/mask.png")));

  private StableDiffusion model;
  private StableDiffusion forInpainting;

  @BeforeAll
  void load(@TempDir Path folder) throws IOException {
    SeededCheckpoint.write("family1", folder.resolve("family1"));
    SeededCheckpoint.write("inpainting", folder.resolve("inpainting"));
    model = StableDiffusion.load(folder.resolve("family1"), Device.CPU, DType.FLOAT32);
    forInpainting = StableDiffusion.load(folder.resolve("inpainting"), Device.CPU, DType.FLOAT32);
  }

  @AfterAll
  void close() {
    model.close();
    forInpainting.close();
  }

  private GenerationRequest request(SchedulerType type, int steps) {
    return new GenerationRequest(
        "light", "", 128, 128, steps, 2, 0, 0, model.schedulerConfig().as(type));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.01, Double.NaN})
  void refusesStrengthsThatAreNone(double strength) {
    assertThatThrownBy(() -> new Strength(strength))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("strength is " + strength);
  }

  @Test
  void takesTheLastSteps() {
    assertThat(new Strength(0.75).steps(request(SchedulerType.DDIM, 10))).isEqualTo(7);
    assertThat(new Strength(0.75).steps(request(SchedulerType.PNDM, 10))).isEqualTo(8);
    assertThat(new Strength(1).steps(request(SchedulerType.PNDM, 10))).isEqualTo(11);
    // 28.999999999999996 in binary, here as in Python.
    assertThat(new Strength(0.29).steps(request(SchedulerType.DDIM, 100))).isEqualTo(28);
    GenerationRequest few = request(SchedulerType.DDIM, 4);
    assertThatThrownBy(() -> new Strength(0.2).steps(few))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Of 4 steps")
        .hasMessageContaining("0.25 or more");
  }

  /** x_t = a x_0' + s eps, with the leak in x_0'. */
  @Test
  void theLeakTakesItsPlaceInThePicture() {
    var shape = new LatentShape(4, 16, 16);
    SignalLeak dark = SignalLeak.constant(shape, LeakControls.NONE.withMeanColor(-1, 0, 2, 0.5));
    var leak = Optional.of(new SeededLeak(dark, List.of(5L)));
    GenerationRequest request = request(SchedulerType.DDIM, 10);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1);
        var task = new ImageToImage(model, PICTURE, new Strength(0.5));
        var with = task.start(request, 1, () -> generator.randn(1, 4, 16, 16), leak, generator);
        var same = new SeededGenerator(1)) {
      var encoded = model.vae().encode(PICTURE.toTensor());
      Tensor original = model.vae().scale(encoded.sample(1, same));
      Tensor noise = same.randn(1, 4, 16, 16);
      // Of 10 leading timesteps 901, 801, ... the sixth.
      double abar = alphaCumprod(401);
      Tensor expected =
          dark.sampleInto(original, same)
              .mul(new Scalar(Math.sqrt(abar)))
              .add(noise.mul(new Scalar(Math.sqrt(1 - abar))));
      Fixture.assertClose(with.latents(), expected, 1e-5);
    }
  }

  private static double alphaCumprod(int timestep) {
    double product = 1;
    for (int t = 0; t <= timestep; t++) {
      double root = Math.sqrt(0.00085) + t / 999.0 * (Math.sqrt(0.012) - Math.sqrt(0.00085));
      product *= 1 - root * root;
    }
    return product;
  }

  /** Ancestral sampling draws noise at every step, the posterior before, all by each one's seed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBatchMakesTheSamePictures(boolean masked) {
    StableDiffusion used = masked ? forInpainting : model;
    var strength = new Strength(0.7);
    GenerationRequest request = request(SchedulerType.EULER_ANCESTRAL, 4);
    try (var scope = new TensorScope();
        GenerationTask task =
            masked
                ? new Inpainting(used, PICTURE, MASK, strength)
                : new ImageToImage(used, PICTURE, strength)) {
      Tensor together = latents(task, request, 3, 2);
      Tensor alone =
          torch.cat(new TensorVector(latents(task, request, 3, 1), latents(task, request, 4, 1)));
      Fixture.assertClose(together, alone, 1e-4);
      assertThat(Fixture.relativeError(together.select(0, 0), together.select(0, 1)))
          .isGreaterThan(0.1);
    }
  }

  private static Tensor latents(
      GenerationTask task, GenerationRequest request, long seed, int batch) {
    try (var scope = new TensorScope();
        var generators = SeededGenerators.consecutive(seed, batch);
        var generation =
            task.start(
                request,
                batch,
                () -> generators.randn(batch, 4, 16, 16),
                Optional.empty(),
                generators)) {
      generation.forEachRemaining(step -> {});
      return scope.keep(generation.latents().clone());
    }
  }

  @Test
  void anOrdinaryUNetLeavesThePictureOutsideTheMask() {
    try (var scope = new TensorScope();
        var task = new Inpainting(model, PICTURE, MASK, Strength.OF_INPAINTING);
        var same = new SeededGenerator(3)) {
      Tensor painted = latents(task, request(SchedulerType.DDIM, 3), 3, 1);
      Tensor original = model.vae().scale(model.vae().encode(PICTURE.toTensor()).sample(1, same));
      Tensor change = painted.sub(original).abs().select(0, 0);
      // The mask is an ellipse around the middle.
      assertThat(change.narrow(1, 0, 3).max().item_double()).isZero();
      assertThat(change.narrow(2, 13, 3).max().item_double()).isZero();
      assertThat(change.narrow(1, 7, 2).narrow(2, 7, 2).min().item_double()).isPositive();
    }
  }

  @Test
  void aUNetForInpaintingDoesNothingElse() {
    assertThatThrownBy(() -> new TextToImage(forInpainting))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("trained for inpainting; give an image and a mask");
    assertThatThrownBy(() -> new ImageToImage(forInpainting, PICTURE, Strength.OF_IMAGE_TO_IMAGE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("trained for inpainting");
  }

  @Test
  void refusesMasksThatPaintNothing() {
    Mask black = Mask.of(RgbImage.solid(128, 128, 90, 90, 90));
    assertThatThrownBy(() -> new Inpainting(model, PICTURE, black, Strength.OF_INPAINTING))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no white pixel");
  }

  @Test
  void refusesAutoencodersOfAnotherFamily() {
    var config = AutoencoderKLConfig.read(Fixture.path("networks/vae1.json"));
    try (var other = new AutoencoderKL(config, Weights.seeded(7, DType.FLOAT32, Device.CPU))) {
      assertThatThrownBy(() -> model.withVae(other))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("4 channels at 1/2")
          .hasMessageContaining("family1 have 4 at 1/8");
    }
  }
}
