package io.chiaroscuro.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected buckets are worked out by hand from the rules in kohya's documentation. */
class FramingTest {

  private static final ImageSize SD1 = new ImageSize(512, 512);

  private static ImageSize size(String text) {
    String[] sides = text.split("x");
    return new ImageSize(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
  }

  @Test
  void makesTheBucketsOfKohyasDefaults() {
    assertThat(AspectRatioBuckets.of(SD1).sizes())
        .extracting(ImageSize::toString)
        .containsExactly(
            "256x832",
            "256x896",
            "256x960",
            "256x1024",
            "320x704",
            "320x768",
            "384x640",
            "448x576",
            "512x512",
            "576x448",
            "640x384",
            "704x320",
            "768x320",
            "832x256",
            "896x256",
            "960x256",
            "1024x256");
  }

  @ParameterizedTest
  @CsvSource({
    "640x480,   597x448,  576x448",
    "480x640,   448x597,  448x576",
    "1000x1000, 512x512,  512x512",
    "100x100,   512x512,  512x512",
    "3000x500,  1536x256, 1024x256",
    "768x320,   768x320,  768x320",
    "320x704,   320x704,  320x704",
  })
  void choosesTheBucketOfNearestProportions(String original, String resized, String bucket) {
    assertThat(AspectRatioBuckets.of(SD1).frame(size(original)))
        .isEqualTo(new Frame(size(resized), size(bucket)));
  }

  @ParameterizedTest
  @CsvSource({
    "300x200,   300x200, 256x192",
    "512x512,   512x512, 512x512",
    "1920x1080, 683x384, 640x384",
    "600x800,   384x512, 384x512",
    "50x300,    64x384,  64x256",
  })
  void scalesDownOnlyWhereAsked(String original, String resized, String bucket) {
    assertThat(new ShrinkingBuckets(SD1, 64).frame(size(original)))
        .isEqualTo(new Frame(size(resized), size(bucket)));
  }

  @ParameterizedTest
  @CsvSource({"640x480", "333x1000", "127x128", "17x5", "64x64"})
  void scalesAsResizeDoes(String original) {
    ImageSize size = size(original);
    RgbImage image = RgbImage.solid(size.width(), size.height(), 1, 2, 3);
    ImageSize cover = new ImageSize(48, 32);
    RgbImage resized = Resize.cover(image, 48, 32);
    assertThat(new OneSize(cover, cover).frame(size))
        .isEqualTo(new Frame(new ImageSize(resized.width(), resized.height()), cover));
  }

  @Test
  void refusesSizesThatContradictEachOther() {
    assertThatThrownBy(() -> new OneSize(new ImageSize(64, 64), new ImageSize(65, 64)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("make the crops smaller");
    assertThatThrownBy(() -> new AspectRatioBuckets(SD1, 576, 1024, 64))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("lies outside min_bucket_reso 576");
    assertThatThrownBy(() -> new AspectRatioBuckets(SD1, 256, 1000, 64))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("must be multiples of bucket_reso_steps 64");
    assertThatThrownBy(() -> new ShrinkingBuckets(SD1, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("bucket_reso_steps is 0");
  }
}
