package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbColor;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.image.SideLight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Light as people think of it, on the model inside: what is asked for is seen. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LightOptionsTest {

  private static final int PICTURES = 3;

  private Path folder;
  private String leak;

  @BeforeAll
  void find(@TempDir Path folder) {
    EmbeddedModel embedded = EmbeddedModel.ofThisBuild();
    Assumptions.assumeTrue(embedded.isPresent());
    this.folder = folder;
    this.leak = "--leak=" + embedded.leak();
  }

  private List<RgbImage> pictures(String name, String... options) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "generate",
                "--prompt=a red apple",
                "--steps=6",
                "--scheduler=dpmsolver++",
                "--guidance-scale=3",
                "--count=" + PICTURES,
                "--batch-size=" + PICTURES,
                "--output-dir=" + folder.resolve(name)));
    words.addAll(List.of(options));
    CommandLineRun.of(words.toArray()).assertSuccess();
    return IntStream.range(0, PICTURES)
        .mapToObj(seed -> ImageDecoder.decode(folder.resolve(name + "/seed-" + seed + ".png")))
        .toList();
  }

  private static double brightness(RgbImage image) {
    return Brightness.of(image).mean();
  }

  /** Mean brightness of the right third less that of the left. */
  private static double toTheRight(List<RgbImage> pictures) {
    return mean(
        pictures,
        image -> {
          int third = image.width() / 3;
          int last = image.width() - third;
          return brightness(Crop.at(image, last, 0, third, image.height()))
              - brightness(Crop.at(image, 0, 0, third, image.height()));
        });
  }

  /** Mean brightness of the upper third less that of the lower. */
  private static double upwards(List<RgbImage> pictures) {
    return mean(
        pictures,
        image -> {
          int third = image.height() / 3;
          int last = image.height() - third;
          return brightness(Crop.at(image, 0, 0, image.width(), third))
              - brightness(Crop.at(image, 0, last, image.width(), third));
        });
  }

  private static double mean(List<RgbImage> pictures, ToDoubleFunction<RgbImage> of) {
    return pictures.stream().mapToDouble(of).average().orElseThrow();
  }

  @Test
  void lightGrowsWithItsStrength() {
    double even = toTheRight(pictures("even", "--light=0:0"));
    double half = toTheRight(pictures("half", "--light=0"));
    double whole = toTheRight(pictures("whole", "--light=0:1"));
    assertThat(half).isGreaterThan(even + 0.1);
    assertThat(whole).isGreaterThan(half + 0.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dct+pixel", "pixel"})
  void lightFallsFromWhereItIsSaidWithStatisticsToo(String type) {
    String statistics = type.equals("pixel") ? "--leak=" + pixelStatistics() : leak;
    double right = toTheRight(pictures(type + "-right", statistics, "--light=0:0.8"));
    double left = toTheRight(pictures(type + "-left", statistics, "--light=180:0.8"));
    double above = upwards(pictures(type + "-above", statistics, "--light=90:0.8"));
    double below = upwards(pictures(type + "-below", statistics, "--light=-90:0.8"));
    double asked = toTheRight(List.of(lit("0:0.8"))) - toTheRight(List.of(lit("180:0.8")));
    assertThat(right - left).isGreaterThan(asked / 3);
    assertThat(above - below).isGreaterThan(asked / 3);
  }

  private static RgbImage lit(String light) {
    return SideLight.parse(light).draw(RgbColor.MIDDLE_GREY, 128, 128);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "90", "180", "270"})
  void lightLeavesTheMeanToTheStatistics(String angle) {
    List<RgbImage> without = pictures("mean-without-" + angle, leak);
    List<RgbImage> with = pictures("mean-with-" + angle, leak, "--light=" + angle);
    for (int i = 0; i < PICTURES; i++) {
      assertThat(brightness(with.get(i))).isCloseTo(brightness(without.get(i)), within(0.05));
    }
  }

  /** Of two pictures, at the model's size. */
  private Path pixelStatistics() {
    Path photos = folder.resolve("photos");
    for (int grey : new int[] {90, 170}) {
      PngFile.write(
          photos.resolve(grey + ".png"), RgbImage.solid(128, 128, grey, grey, grey), Map.of());
    }
    Path statistics = folder.resolve("pixel-leak");
    CommandLineRun.of(
            "stats", "--data-dir=" + photos, "--output-dir=" + statistics, "--statistic-type=pixel")
        .assertSuccess();
    return statistics;
  }

  @Test
  void cornersTakeTheColoursOfThePalette() {
    String palette = "#ff0000,#0000ff,#000000,#ffffff";
    List<RgbImage> pictures = pictures("palette", "--palette=" + palette);
    double[] topLeft = corner(pictures, 0, 0);
    double[] topRight = corner(pictures, 1, 0);
    double[] bottomLeft = corner(pictures, 0, 1);
    double[] bottomRight = corner(pictures, 1, 1);
    assertThat(topLeft[0] - topLeft[2]).isGreaterThan(0.15);
    assertThat(topRight[2] - topRight[0]).isGreaterThan(0.15);
    for (int channel = 0; channel < 3; channel++) {
      assertThat(bottomRight[channel]).isGreaterThan(bottomLeft[channel] + 0.3);
    }
  }

  /** Mean of each channel over the eighth of the sides next to a corner. */
  private static double[] corner(List<RgbImage> pictures, int right, int bottom) {
    return IntStream.range(0, 3)
        .mapToDouble(
            channel ->
                mean(
                    pictures,
                    image -> {
                      int side = image.width() / 8;
                      int left = right * (image.width() - side);
                      int top = bottom * (image.height() - side);
                      return IntStream.range(0, side * side)
                              .map(i -> image.value(left + i % side, top + i / side, channel))
                              .average()
                              .orElseThrow()
                          / 255;
                    }))
        .toArray();
  }

  @ParameterizedTest
  @CsvSource({"128, 128", "96, 160"})
  void aPictureGivesItsLight(int width, int height) {
    Path black = solid("black", 0);
    Path white = solid("white", 255);
    String[] size = {"--width=" + width, "--height=" + height};
    String name = width + "-";
    double dark =
        mean(
            pictures(name + "dark", size[0], size[1], "--leak-image=" + black),
            LightOptionsTest::brightness);
    double light =
        mean(
            pictures(name + "light", size[0], size[1], "--leak-image=" + white),
            LightOptionsTest::brightness);
    assertThat(light).isGreaterThan(dark + 0.5);
  }

  @Test
  void aPictureOfOneColourActsAsThatMeanColour() {
    Path grey = solid("grey", 60);
    double ofPicture =
        mean(
            pictures("of-picture", leak, "--leak-image=" + grey, "--leak-image-components=1"),
            LightOptionsTest::brightness);
    double ofColor =
        mean(pictures("of-color", leak, "--mean-color=#3c3c3c"), LightOptionsTest::brightness);
    assertThat(ofPicture).isCloseTo(ofColor, within(0.002));
  }

  private Path solid(String name, int grey) {
    Path file = folder.resolve(name + ".png");
    PngFile.write(file, RgbImage.solid(64, 48, grey, grey, grey), Map.of());
    return file;
  }

  @Test
  void aLightMayHaveAColour() {
    List<RgbImage> pictures = pictures("night", "--light=180:1", "--mean-color=#101840");
    assertThat(toTheRight(pictures)).isNegative();
    assertThat(mean(pictures, LightOptionsTest::brightness)).isLessThan(0.3);
  }

  @Test
  void picturesSayWhatWasAskedFor() {
    Path grey = solid("recorded", 60);
    pictures("recorded-image", "--leak-image=" + grey, "--leak-image-components=2");
    assertThat(PngFile.readText(folder.resolve("recorded-image/seed-0.png")))
        .containsEntry("leak_image", grey.toString())
        .hasEntrySatisfying(
            "leak_low_frequencies",
            text ->
                assertThat(text)
                    .matches(
                        "0,0,0=\\S+ 1,0,0=\\S+ 2,0,0=\\S+ 3,0,0=\\S+ 0,0,1=\\S+ .* 3,0,1=\\S+"));
    pictures("recorded-light", leak, "--light=30", "--mean-color=#334455");
    assertThat(PngFile.readText(folder.resolve("recorded-light/seed-0.png")))
        .containsEntry("light", "30.0:0.5")
        .containsEntry("mean_color", "#334455")
        .hasEntrySatisfying(
            "leak_components",
            text -> assertThat(text).startsWith("0,0,1=").doesNotContain(",0,0="));
  }
}
