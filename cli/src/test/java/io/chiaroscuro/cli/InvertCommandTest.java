package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvertCommandTest {

  @TempDir private Path folder;

  @Test
  void generationFromTheNoiseGivesThePictureBack() {
    assumeTrue(EmbeddedModel.ofThisBuild().isPresent());
    CommandLineRun.of("generate", "--prompt=a red apple", "--steps=10", "--output-dir=" + folder)
        .assertSuccess();
    Path picture = folder.resolve("seed-0.png");
    Path noise = folder.resolve("noise.safetensors");
    CommandLineRun.of("invert", picture, "--prompt=a red apple", "--steps=25", "--output=" + noise)
        .assertSuccess();
    CommandLineRun.of(
            "generate",
            "--prompt=a red apple",
            "--steps=25",
            "--scheduler=ddim",
            "--guidance-scale=1",
            "--initial-latents=" + noise,
            "--seed=9",
            "--output-dir=" + folder)
        .assertSuccess();
    RgbImage known = ofTheAutoencoder(ImageDecoder.decode(picture));
    double back = difference(known, ImageDecoder.decode(folder.resolve("seed-9.png")));
    assertThat(back).as("mean difference, of 255").isLessThan(6);
    CommandLineRun.of(
            "generate",
            "--prompt=a red apple",
            "--steps=25",
            "--scheduler=ddim",
            "--guidance-scale=1",
            "--seed=9",
            "--output-dir=" + folder.resolve("other"))
        .assertSuccess();
    assertThat(difference(known, ImageDecoder.decode(folder.resolve("other/seed-9.png"))))
        .as("from other noise")
        .isGreaterThan(3 * back);
  }

  /** The picture as the small model's autoencoder knows it, which is the best to be had back. */
  private static RgbImage ofTheAutoencoder(RgbImage picture) {
    try (var scope = new TensorScope();
        var model =
            StableDiffusion.load(
                EmbeddedModel.ofThisBuild().checkpoint(), Device.CPU, DType.FLOAT32)) {
      Tensor latents = new LatentEncoder(model.vae()).encode(List.of(picture));
      return model.decode(latents).get(0);
    }
  }

  private static double difference(RgbImage a, RgbImage b) {
    double sum = 0;
    for (int i = 0; i < a.rgb().length; i++) {
      sum += Math.abs((a.rgb()[i] & 255) - (b.rgb()[i] & 255));
    }
    return sum / a.rgb().length;
  }

  @Test
  void refusesAPictureThatTheModelCannotMake() {
    assumeTrue(EmbeddedModel.ofThisBuild().isPresent());
    Path picture = folder.resolve("odd.png");
    PngFile.write(picture, RgbImage.solid(101, 128, 9, 9, 9), Map.of());
    CommandLineRun run =
        CommandLineRun.of("invert", picture, "--output=" + folder.resolve("noise.safetensors"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("101x128", "multiples of").hasLineCount(1);
    assertThat(folder.resolve("noise.safetensors")).doesNotExist();
  }
}
