package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * How far two images agree.
 *
 * @param withinOne share of the pixels whose three channels all differ by at most 1 of 255
 * @param largest the largest difference of a channel
 */
record PixelAgreement(double withinOne, int largest) {

  /**
   * @param expected (height, width, 3), uint8
   */
  static PixelAgreement of(RgbImage actual, Tensor expected) {
    assertThat(DType.of(expected)).isEqualTo(DType.UINT8);
    assertThat(Tensors.shape(expected)).containsExactly(actual.height(), actual.width(), 3);
    byte[] rgb = actual.rgb();
    long[] values;
    try (var scope = new TensorScope()) {
      values = Tensors.longs(expected);
    }
    int within = 0;
    int largest = 0;
    for (int i = 0; i < rgb.length; i += 3) {
      int difference = 0;
      for (int c = i; c < i + 3; c++) {
        difference = Math.max(difference, Math.abs((rgb[c] & 0xff) - (int) values[c]));
      }
      within += difference <= 1 ? 1 : 0;
      largest = Math.max(largest, difference);
    }
    return new PixelAgreement(3.0 * within / rgb.length, largest);
  }
}
