package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * COCO128 against Pillow: decoded, the shorter side resized to 512, the centre cropped. The fixture
 * holds every 32nd pixel of every 32nd row, and each channel's mean over all pixels.
 */
class PhotographsTest {

  private static final int SIZE = 512;
  private static final int STEP = 32;
  private static final int FIRST = 15;
  private static final int SAMPLES = SIZE / STEP;

  @Test
  void resizedAndCroppedPhotographsEqualPillows() {
    Path folder = SharedData.path("coco128");
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("images/photographs")) {
      String[] names = expected.metadata().get("names").split(" ");
      long[] samples = Tensors.longs(expected.tensor("samples"));
      double[] means = Tensors.doubles(expected.tensor("means"));
      int within = 0;
      int pixels = 0;
      for (int i = 0; i < names.length; i++) {
        RgbImage image = prepared(folder.resolve(names[i]));
        for (int pixel = 0; pixel < SAMPLES * SAMPLES; pixel++, pixels++) {
          within += isWithinOne(image, pixel, samples, 3 * pixels) ? 1 : 0;
        }
        for (int channel = 0; channel < 3; channel++) {
          assertThat(mean(image, channel))
              .as(names[i])
              .isCloseTo(means[3 * i + channel], within(1e-3));
        }
      }
      assertThat(names).hasSize(128);
      assertThat((double) within / pixels).isGreaterThanOrEqualTo(0.999);
    }
  }

  private static RgbImage prepared(Path file) {
    RgbImage photograph = ImageDecoder.decode(file, ImageDecoder.Orientation.AS_STORED);
    return Crop.center(Resize.shorterSide(photograph, SIZE), SIZE, SIZE);
  }

  private static boolean isWithinOne(RgbImage image, int pixel, long[] samples, int at) {
    int x = FIRST + STEP * (pixel % SAMPLES);
    int y = FIRST + STEP * (pixel / SAMPLES);
    for (int channel = 0; channel < 3; channel++) {
      if (Math.abs(image.value(x, y, channel) - samples[at + channel]) > 1) {
        return false;
      }
    }
    return true;
  }

  private static double mean(RgbImage image, int channel) {
    double sum = 0;
    for (int i = channel; i < image.rgb().length; i += 3) {
      sum += (image.rgb()[i] & 0xff) / 255.0;
    }
    return sum / (image.width() * image.height());
  }
}
