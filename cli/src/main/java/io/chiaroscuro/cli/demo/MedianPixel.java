package io.chiaroscuro.cli.demo;

import io.chiaroscuro.image.RgbImage;
import java.util.Arrays;

/**
 * The colour in the middle of all of a picture's: the background's, where that takes more than half
 * of it. All values from 0 to 1.
 *
 * @param red the median of the pixels' red
 * @param green likewise
 * @param blue likewise
 * @param brightness the median of the mean of the three
 */
record MedianPixel(double red, double green, double blue, double brightness) {

  static MedianPixel of(RgbImage image) {
    int pixels = image.width() * image.height();
    int[][] values = new int[4][pixels];
    for (int i = 0; i < pixels; i++) {
      for (int channel = 0; channel < 3; channel++) {
        int value = image.rgb()[3 * i + channel] & 0xff;
        values[channel][i] = value;
        values[3][i] += value;
      }
    }
    return new MedianPixel(
        median(values[0]) / 255,
        median(values[1]) / 255,
        median(values[2]) / 255,
        median(values[3]) / 765);
  }

  private static double median(int[] values) {
    Arrays.sort(values);
    int half = values.length / 2;
    return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2.0;
  }
}
