package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.file.FileHash;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.vae.Autoencoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code docs/images.md}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GenerateFromImageTest {

  private Sandbox sandbox;
  private Path mask;
  private Path out;

  @BeforeAll
  void create(@TempDir Path shared) throws IOException {
    sandbox = Sandbox.create(shared);
    mask = shared.resolve("mask.png");
    PngFile.write(mask, leftHalf(160, 140), Map.of());
  }

  @BeforeEach
  void nameTheOutput(@TempDir Path folder) {
    out = folder.resolve("out");
  }

  private static RgbImage leftHalf(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % width < width / 2 ? 255 : 0);
    }
    return new RgbImage(width, height, rgb);
  }

  private CommandLineRun generate(String... options) {
    List<Object> words = new ArrayList<>(List.of("generate", "--steps=4", "--scheduler=ddim"));
    words.add("--model=" + sandbox.path("model"));
    words.add("--prompt=A lighthouse at night");
    words.add("--output-dir=" + out);
    words.addAll(List.of(options));
    return CommandLineRun.of(words.toArray()).assertSuccess();
  }

  private String image() {
    return "--image=" + sandbox.path("photos/1.png");
  }

  private RgbImage picture() {
    return ImageDecoder.decode(out.resolve("seed-0.png"));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(out)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void startsFromAnImageWithALeakInIt() {
    generate(image(), "--strength=0.5", "--mean-color=#05070f", "--compare");
    assertThat(PngFile.readText(out.resolve("seed-0-with.png")))
        .containsEntry("image", "1.png")
        .containsEntry("image_hash", FileHash.of(sandbox.path("photos/1.png")))
        .containsEntry("strength", "0.5")
        .containsEntry("mean_color", "#05070f")
        .doesNotContainKey("mask");
    assertThat(ImageDecoder.decode(out.resolve("seed-0-with.png")).rgb())
        .isNotEqualTo(ImageDecoder.decode(out.resolve("seed-0-without.png")).rgb());
  }

  @Test
  void paintsWithinAMask() {
    generate(image(), "--mask=" + mask, "--keep-unmasked");
    assertThat(PngFile.readText(out.resolve("seed-0.png")))
        .containsEntry("mask", "mask.png")
        .containsEntry("strength", "1.0")
        .containsEntry("keep_unmasked", "true");
    RgbImage photo = ImageDecoder.decode(sandbox.path("photos/1.png"));
    RgbImage painted = picture();
    int changed = 0;
    for (int x = 0; x < 128; x++) {
      if (x < 63) {
        changed += painted.value(x, 64, 0) == photo.value(5, 5, 0) ? 0 : 1;
      } else if (x > 64) {
        for (int c = 0; c < 3; c++) {
          assertThat(painted.value(x, 64, c)).isEqualTo(photo.value(5, 5, c));
        }
      }
    }
    assertThat(changed).isGreaterThan(50);
  }

  @Test
  void bigPicturesFitByTiles() {
    generate("--width=192", "--height=136", "--vae-tiling", "--vae-slicing", "--batch-size=2");
    assertThat(picture().width()).isEqualTo(192);
    assertThat(PngFile.readText(out.resolve("seed-0.png"))).containsEntry("vae_tiling", "true");
  }

  @Test
  void anotherAutoencoderDecodesTheSameLatents(@TempDir Path folder) {
    SeededStableDiffusion.write(folder.resolve("other"), 1);
    generate();
    generate("--vae=" + folder.resolve("other"));
    generate("--vae=" + sandbox.path("model/vae"));
    byte[] own = picture().rgb();
    assertThat(ImageDecoder.decode(out.resolve("seed-0.2.png")).rgb()).isNotEqualTo(own);
    assertThat(ImageDecoder.decode(out.resolve("seed-0.3.png")).rgb()).isEqualTo(own);
    assertThat(PngFile.readText(out.resolve("seed-0.2.png"))).containsEntry("vae", "other");
  }

  @Test
  void aTinyAutoencoderTakesThePlaceOfTheLarge(@TempDir Path folder) throws IOException {
    Path tiny = folder.resolve("tiny");
    TinyAutoencoder.write(tiny, 4);
    generate("--save-latents=" + folder);
    generate("--vae=" + tiny, "--vae-slicing", "--leak-preset=white-background", "--batch-size=2");
    generate("--vae=" + tiny);
    generate("--vae=" + tiny, image(), "--strength=0.5", "--preview-every=1");
    assertThat(PngFile.readText(out.resolve("seed-0.3.png"))).containsEntry("vae", "tiny");
    // What the tiny one makes of the latents that the checkpoint's own decoded.
    try (var scope = new TensorScope();
        var latents = SafetensorsFile.open(folder.resolve("seed-0-final.safetensors"));
        var vae = Autoencoder.read(tiny, DType.FLOAT32, Device.CPU)) {
      RgbImage decoded = RgbImage.fromTensor(vae.decode(latents.tensor("latents"))).get(0);
      assertThat(ImageDecoder.decode(out.resolve("seed-0.3.png")).rgb()).isEqualTo(decoded.rgb());
    }
    assertThat(picture().rgb())
        .isNotEqualTo(ImageDecoder.decode(out.resolve("seed-0.3.png")).rgb());
    assertThat(files()).contains("seed-0.4.png", "seed-0-preview-001.png");
  }

  @Test
  void previewsShowWhatIsExpected(@TempDir Path folder) throws IOException {
    Path tiny = folder.resolve("tiny");
    TinyAutoencoder.write(tiny, 4);
    generate("--preview-every=2", "--preview-vae=" + tiny);
    assertThat(files()).containsExactly("seed-0-preview-002.png", "seed-0.png");
    generate("--preview-every=1");
    assertThat(files())
        .containsExactly(
            "seed-0-preview-001.png",
            "seed-0-preview-002.2.png",
            "seed-0-preview-002.png",
            "seed-0-preview-003.png",
            "seed-0.2.png",
            "seed-0.png");
    RgbImage byTiny = ImageDecoder.decode(out.resolve("seed-0-preview-002.png"));
    assertThat(byTiny.width()).isEqualTo(128);
    assertThat(byTiny.rgb())
        .isNotEqualTo(ImageDecoder.decode(out.resolve("seed-0-preview-002.2.png")).rgb());
  }

  @Test
  void aTinyAutoencoderMustFitTheModel(@TempDir Path folder) throws IOException {
    TinyAutoencoder.write(folder, 3);
    CommandLineRun run =
        CommandLineRun.of(
            "generate",
            "--model=" + sandbox.path("model"),
            "--prompt=light",
            "--output-dir=" + out,
            "--preview-every=1",
            "--preview-vae=" + folder);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err())
        .contains("latents of 4 channels at 1/4 of the size", "model have 4 at 1/8");
  }
}
