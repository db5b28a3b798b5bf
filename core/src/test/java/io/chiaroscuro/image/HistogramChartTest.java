package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HistogramChartTest {

  @Test
  void textHasBarsWhereTheValuesAre() {
    long[] counts = new long[Histogram.BINS];
    counts[0] = 800;
    counts[130] = 400;
    counts[255] = 1;
    String[] lines = HistogramChart.text(new Histogram(counts)).split("\n");
    assertThat(lines).hasSize(9);
    assertThat(lines).allSatisfy(line -> assertThat(line).hasSize(64));
    assertThat(lines[0].strip()).isEqualTo("█");
    assertThat(lines[3].charAt(32)).isEqualTo(' ');
    assertThat(lines[4].charAt(32)).isEqualTo('█');
    assertThat(lines[7].charAt(63)).isEqualTo('▁');
    assertThat(lines[7].substring(1, 32)).isBlank();
    assertThat(lines[8]).startsWith("0 ").contains(" 0.5 ").endsWith(" 1");
  }

  @Test
  void imageMarksTheMean() {
    RgbImage chart = HistogramChart.image(Histogram.of(RgbImage.solid(4, 4, 0, 0, 0)));
    // The mean's red line covers the one bar, which is as high as the plot.
    assertThat(chart.value(16, 20, 0)).isEqualTo(0xd0);
    assertThat(chart.value(200, 100, 0)).isEqualTo(255);
  }
}
