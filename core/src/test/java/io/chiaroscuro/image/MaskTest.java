package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.junit.jupiter.api.Test;

class MaskTest {

  /** Grey below and at half, then pure green (luma 150), red (76) and blue (29), and white. */
  private static final RgbImage IMAGE =
      new RgbImage(
          3,
          2,
          new byte[] {
            127, 127, 127, -128, -128, -128, 0, -1, 0, //
            -1, 0, 0, 0, 0, -1, -1, -1, -1
          });

  @Test
  void isWhiteFromHalfOfThePictureBrightnessOn() {
    try (var scope = new TensorScope()) {
      var tensor = Mask.of(IMAGE).toTensor();
      assertThat(Tensors.shape(tensor)).containsExactly(1, 1, 2, 3);
      assertThat(Tensors.floats(tensor)).containsExactly(0, 1, 1, 0, 0, 1);
    }
    assertThat(Mask.of(IMAGE).isBlack()).isFalse();
    assertThat(Mask.of(RgbImage.solid(2, 2, 255, 80, 0)).isBlack()).isTrue();
  }

  @Test
  void composesPixelByPixel() {
    RgbImage composed =
        Mask.of(IMAGE).compose(RgbImage.solid(3, 2, 1, 2, 3), RgbImage.solid(3, 2, 7, 8, 9));
    assertThat(composed.rgb())
        .containsExactly(1, 2, 3, 7, 8, 9, 7, 8, 9, 1, 2, 3, 1, 2, 3, 7, 8, 9);
  }
}
