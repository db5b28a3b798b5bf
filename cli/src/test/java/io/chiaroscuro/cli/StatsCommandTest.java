package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.StatisticType;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.pipeline.StatisticsRequest;
import io.chiaroscuro.pipeline.StatisticsRun;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatsCommandTest {

  private static final int PICTURES = 5;

  private Path model;
  private Path photos;
  private Path out;

  @BeforeAll
  void writeModelAndPictures(@TempDir Path shared) {
    model = shared.resolve("model");
    photos = shared.resolve("photos");
    SeededStableDiffusion.write(model, 0);
    for (int i = 0; i < PICTURES; i++) {
      PngFile.write(photos.resolve("%d.png".formatted(i)), stripes(160, 140, 30 * i), Map.of());
    }
  }

  @BeforeEach
  void nameTheOutput(@TempDir Path folder) {
    out = folder.resolve("leak");
  }

  private static RgbImage stripes(int width, int height, int ground) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (ground + i / 3 % width / 2 + (i % 3) * (i / 3 / width) / 2);
    }
    return new RgbImage(width, height, rgb);
  }

  private CommandLineRun stats(Path output, String... options) {
    List<Object> words = new ArrayList<>(List.of("stats", "--model=" + model));
    words.add("--output-dir=" + output);
    if (Arrays.stream(options).noneMatch(option -> option.startsWith("--data-dir"))) {
      words.add("--data-dir=" + photos);
    }
    words.addAll(List.of(options));
    return CommandLineRun.of(words.toArray()).assertSuccess();
  }

  private static Map<String, float[]> tensors(Path leak) {
    Map<String, float[]> tensors = new TreeMap<>();
    try (var file = SafetensorsFile.open(leak.resolve("stats.safetensors"));
        var scope = new TensorScope()) {
      file.entries().keySet().forEach(n -> tensors.put(n, Tensors.floats(file.tensor(n))));
    }
    return tensors;
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theSizeIsTheModelsUnlessGiven() throws IOException {
    stats(out);
    assertThat(CommandLineRun.of("inspect", out).assertSuccess().out()).contains("128x128 pixels");
  }

  @Test
  void understandsTheCommandOfTheAuthorsReadme() throws IOException {
    CommandLineRun.of(
            "stats",
            "--pretrained_model_name_or_path=" + model,
            "--data_dir=" + photos,
            "--output_dir=" + out,
            "--resolution=128",
            "--n_components=3",
            "--statistic_type=dct+pixel",
            "--center_crop")
        .assertSuccess();
    assertThat(files(out)).containsExactly("statistic_type.txt", "stats.safetensors");
    assertThat(out.resolve("statistic_type.txt")).hasContent("dct+pixel");
    assertThat(tensors(out).keySet())
        .containsExactly(
            "cov_lf_components",
            "lf_indices",
            "mean_hf_remainder",
            "mean_lf_components",
            "var_hf_remainder");
    try (LeakStatistics statistics = LeakStatistics.read(out)) {
      assertThat(statistics.type()).isEqualTo(StatisticType.DCT_PIXEL);
      assertThat(statistics.shape()).isEqualTo(new LatentShape(4, 16, 16));
    }
  }

  @Test
  void pixelStatisticsAreMeanAndVarianceOfTheEncodedPictures() throws IOException {
    stats(out, "--resolution=160x136", "--statistic-type=pixel", "--center-crop");
    assertThat(out.resolve("statistic_type.txt")).hasContent("pixel");
    try (var encoder = LatentEncoder.load(Checkpoint.open(model), Device.CPU, DType.FLOAT32);
        var scope = new TensorScope()) {
      List<RgbImage> cropped =
          ImageFolder.list(photos).stream()
              .map(file -> rows(ImageDecoder.decode(file), 2, 136))
              .toList();
      Tensor latents = encoder.encode(cropped);
      Tensor mean = latents.mean(0);
      Tensor deviations = latents.sub(mean);
      Tensor variance = deviations.mul(deviations).sum(0).div(new Scalar(PICTURES - 1));
      Map<String, float[]> found = tensors(out);
      assertClose(found.get("mean_pixels"), Tensors.floats(mean));
      assertClose(found.get("var_pixels"), Tensors.floats(variance));
    }
  }

  /** The rows of a picture from {@code top} on. */
  private static RgbImage rows(RgbImage image, int top, int count) {
    int stride = 3 * image.width();
    return new RgbImage(
        image.width(),
        count,
        Arrays.copyOfRange(image.rgb(), top * stride, (top + count) * stride));
  }

  private static void assertClose(float[] actual, float[] expected) {
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isPositive();
    assertThat(actual).containsExactly(expected, within(1e-5f * largest));
  }

  @Test
  void namesSkipsAndCountsBrokenFiles(@TempDir Path mixed) throws IOException {
    for (String name : files(photos)) {
      Files.copy(photos.resolve(name), mixed.resolve(name));
    }
    Files.writeString(mixed.resolve("2-broken.jpg"), "no image");
    CommandLineRun run =
        stats(out, "--data-dir=" + mixed, "--resolution=128", "--center-crop", "--json");
    assertThat(run.err()).startsWith("Skipped: ").contains("2-broken.jpg").hasLineCount(1);
    JsonNode json = run.json();
    assertThat(json.path("skipped").asInt()).isEqualTo(1);
    assertThat(json.path("images").asInt()).isEqualTo(PICTURES);
    assertThat(json.path("channel_means")).hasSize(4);
    Path without = out.resolveSibling("without");
    stats(without, "--resolution=128", "--center-crop");
    tensors(without).forEach((name, values) -> assertClose(tensors(out).get(name), values));
  }

  @Test
  void batchSizeDoesNotMatter() {
    Path other = out.resolveSibling("other");
    stats(out, "--resolution=128", "--random-flip", "--batch-size=1");
    stats(other, "--resolution=128", "--random-flip", "--batch-size=3");
    tensors(out).forEach((name, values) -> assertClose(tensors(other).get(name), values));
  }

  @Test
  void anInterruptedRunIsResumedToTheSameNumbers() throws IOException {
    Path whole = out.resolveSibling("whole");
    stats(whole, "--resolution=128", "--seed=7");
    interruptAfter(2);
    assertThat(files(out)).containsExactly("unfinished.safetensors");

    CommandLineRun resumed = stats(out, "--resolution=128", "--seed=7");

    assertThat(resumed.err()).contains("Resuming after 2 of 5 files.");
    assertThat(files(out)).containsExactly("statistic_type.txt", "stats.safetensors");
    assertThat(out.resolve("stats.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("stats.safetensors"));
  }

  @Test
  void anotherRequestDoesNotResume() throws IOException {
    interruptAfter(3);
    Path fresh = out.resolveSibling("fresh");
    assertThat(stats(out, "--resolution=128", "--seed=8").err()).doesNotContain("Resuming");
    stats(fresh, "--resolution=128", "--seed=8");
    assertThat(out.resolve("stats.safetensors"))
        .hasSameBinaryContentAs(fresh.resolve("stats.safetensors"));
  }

  /** Leaves what a run leaves that is killed after so many files. */
  private void interruptAfter(int files) {
    var preparation =
        new ImagePreparation(
            128,
            128,
            ImagePreparation.Cropping.RANDOM,
            ImagePreparation.Mirroring.NONE,
            ImageDecoder.Orientation.UPRIGHT,
            7);
    var request =
        new StatisticsRequest(ImageFolder.list(photos), preparation, StatisticType.DCT_PIXEL, 3, 1);
    Checkpoint checkpoint = Checkpoint.open(model);
    try (var encoder = LatentEncoder.load(checkpoint, Device.CPU, DType.FLOAT32);
        var run = new StatisticsRun(encoder, checkpoint, request, out, Duration.ZERO)) {
      for (int i = 0; i < files; i++) {
        run.next();
      }
    }
  }

  @Test
  void picturesMayBeRectangular() {
    stats(out, "--resolution=64x128", "--center-crop");
    try (LeakStatistics statistics = LeakStatistics.read(out)) {
      assertThat(statistics.shape()).isEqualTo(new LatentShape(4, 16, 8));
    }
  }

  @Test
  void theSeedOfRandomCropsReproduces() {
    Path same = out.resolveSibling("same");
    Path different = out.resolveSibling("different");
    stats(out, "--resolution=64", "--seed=3");
    stats(same, "--resolution=64", "--seed=3");
    stats(different, "--resolution=64", "--seed=4");
    assertThat(same.resolve("stats.safetensors"))
        .hasSameBinaryContentAs(out.resolve("stats.safetensors"));
    assertThat(tensors(different).get("mean_hf_remainder"))
        .isNotEqualTo(tensors(out).get("mean_hf_remainder"));
  }
}
