package io.chiaroscuro.spark.brightness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.spark.LocalSpark;
import io.chiaroscuro.spark.Pictures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BrightnessHistogramTest {

  private static final StructType SCHEMA =
      new StructType().add("label", DataTypes.StringType).add("content", DataTypes.BinaryType);

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @Test
  void isWhatOneMachineMeasures() {
    List<byte[]> pictures = drawn(60);
    Brightness expected = oneMachine(pictures);
    CorpusBrightness corpus = CorpusBrightness.of(histogram(rows(pictures), 7));
    assertThat(corpus.images()).isEqualTo(60);
    assertThat(corpus.skipped()).isZero();
    assertThat(corpus.mean()).isCloseTo(expected.mean(), within(1e-15));
    assertThat(corpus.spread()).isCloseTo(expected.spread(), within(1e-15));
    assertThat(corpus.pixels()).isEqualTo(expected.pixels());
    for (int percent : Brightness.PERCENTILES) {
      assertThat(corpus.percentile(percent))
          .isCloseTo(expected.percentile(percent), within(0.5 / 65535));
    }
    List<byte[]> others = drawn(20);
    assertThat(corpus.wassersteinDistance(CorpusBrightness.of(histogram(rows(others), 2))))
        .isCloseTo(expected.wassersteinDistance(oneMachine(others)), within(1.0 / 65535));
  }

  @Test
  void neitherOrderNorPartitioningChangesADigit() {
    List<byte[]> pictures = drawn(40);
    Row once = histogram(rows(pictures), 1);
    List<byte[]> shuffled = new ArrayList<>(pictures);
    Collections.shuffle(shuffled, new Random(5));
    assertThat(histogram(rows(shuffled), 9)).isEqualTo(once);
  }

  @Test
  void eachGroupHasItsOwn() {
    List<Row> rows = new ArrayList<>();
    rows.add(RowFactory.create("dark", Pictures.grey(10)));
    rows.add(RowFactory.create("dark", Pictures.grey(30)));
    rows.add(RowFactory.create("light", Pictures.grey(200)));
    rows.add(RowFactory.create("light", "no picture".getBytes(StandardCharsets.UTF_8)));
    Dataset<Row> table = SPARK.session().createDataFrame(rows, SCHEMA);
    List<Row> groups =
        table
            .groupBy("label")
            .agg(BrightnessHistogram.of(table.col("content")).as("brightness"))
            .orderBy("label")
            .collectAsList();
    CorpusBrightness dark = CorpusBrightness.of(groups.get(0).getStruct(1));
    CorpusBrightness light = CorpusBrightness.of(groups.get(1).getStruct(1));
    assertThat(dark.mean()).isCloseTo(20.0 / 255, within(1e-15));
    assertThat(dark.spread()).isCloseTo(10.0 / 255, within(1e-15));
    assertThat(dark.skipped()).isZero();
    assertThat(light.images()).isEqualTo(1);
    assertThat(light.skipped()).isEqualTo(1);
    assertThat(light.spread()).isZero();
  }

  @Test
  void ofNoPictureNothingIsKnown() {
    Row none =
        histogram(
            Arrays.asList(
                RowFactory.create("a", new byte[] {1, 2, 3}),
                RowFactory.create("a", new byte[0]),
                RowFactory.create("a", null)),
            2);
    assertThat(none.<Long>getAs("skipped")).isEqualTo(2);
    assertThat(none.<Double>getAs("mean")).isNull();
    assertThatThrownBy(() -> CorpusBrightness.of(none))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("None of the 2 picture(s) can be decoded; give others.");
  }

  @Test
  void percentilesAreThereForSql() {
    Row histogram = histogram(rows(List.of(Pictures.grey(51), Pictures.grey(102))), 1);
    Map<Integer, Double> ofImages = histogram.getJavaMap(histogram.fieldIndex("image_percentiles"));
    Map<Integer, Double> ofPixels = histogram.getJavaMap(histogram.fieldIndex("pixel_percentiles"));
    assertThat(ofImages).containsOnlyKeys(Brightness.PERCENTILES);
    assertThat(ofImages.get(50)).isCloseTo(0.3, within(1e-9));
    assertThat(ofPixels.get(99)).isCloseTo(0.4, within(1e-9));
  }

  private static Row histogram(List<Row> rows, int partitions) {
    Dataset<Row> table = SPARK.session().createDataFrame(rows, SCHEMA).repartition(partitions);
    return table.agg(BrightnessHistogram.of(table.col("content"))).head().getStruct(0);
  }

  private static List<Row> rows(List<byte[]> pictures) {
    return pictures.stream().map(picture -> RowFactory.create("all", picture)).toList();
  }

  private static Brightness oneMachine(List<byte[]> pictures) {
    return Brightness.merge(
        pictures.stream().map(png -> Brightness.of(ImageDecoder.decode(png, "test"))).toList());
  }

  /** Of different sizes and brightness. */
  private static List<byte[]> drawn(int count) {
    Random random = new Random(count);
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int width = 1 + random.nextInt(9);
      int height = 1 + random.nextInt(9);
      int most = 1 + random.nextInt(256);
      byte[] rgb = new byte[3 * width * height];
      for (int j = 0; j < rgb.length; j++) {
        rgb[j] = (byte) random.nextInt(most);
      }
      pictures.add(PngFile.encode(new RgbImage(width, height, rgb), Map.of()));
    }
    return pictures;
  }
}
