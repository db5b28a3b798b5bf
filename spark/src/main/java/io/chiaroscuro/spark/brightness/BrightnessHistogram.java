package io.chiaroscuro.spark.brightness;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Histogram;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Aggregator;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * How bright the pictures of a column of files' bytes are, as an aggregate:
 *
 * <pre>{@code
 * Dataset<Row> pictures = session.read().format("binaryFile").load("s3a://bucket/pictures");
 * Row row = pictures.agg(BrightnessHistogram.of(pictures.col("content"))).head();
 * double median = CorpusBrightness.of(row.getStruct(0)).percentile(50);
 * }</pre>
 *
 * <p>Yields a struct of {@code images}, {@code skipped} (those that cannot be decoded), {@code
 * mean} and {@code spread} of the pictures' brightness, {@code image_percentiles} and {@code
 * pixel_percentiles} at {@link Brightness#PERCENTILES}, and what {@link CorpusBrightness#of} reads:
 * {@code image_counts} by level and {@code pixel_counts}. Of null there is nothing to know; where
 * no picture is left, all but the two numbers is null. Neither order nor partitioning changes a
 * digit.
 */
public final class BrightnessHistogram extends Aggregator<byte[], BrightnessSums, Row> {

  private static final long serialVersionUID = 1L;

  private static final DataType PERCENTILES =
      DataTypes.createMapType(DataTypes.IntegerType, DataTypes.DoubleType);

  private static final StructType SCHEMA =
      new StructType()
          .add("images", DataTypes.LongType)
          .add("skipped", DataTypes.LongType)
          .add("mean", DataTypes.DoubleType)
          .add("spread", DataTypes.DoubleType)
          .add("image_percentiles", PERCENTILES)
          .add("pixel_percentiles", PERCENTILES)
          .add("image_counts", DataTypes.createMapType(DataTypes.IntegerType, DataTypes.LongType))
          .add("pixel_counts", DataTypes.createArrayType(DataTypes.LongType));

  /** The aggregate of a column of files' bytes. */
  public static Column of(Column content) {
    return function().apply(content);
  }

  /** The aggregate as a function of a column of files' bytes. */
  public static UserDefinedFunction function() {
    return functions.udaf(new BrightnessHistogram(), Encoders.BINARY());
  }

  @Override
  public BrightnessSums zero() {
    return new BrightnessSums();
  }

  @Override
  public BrightnessSums reduce(BrightnessSums sums, byte[] content) {
    if (content != null) {
      PictureHistogram.of(content).ifPresentOrElse(sums::add, sums::addSkipped);
    }
    return sums;
  }

  @Override
  public BrightnessSums merge(BrightnessSums sums, BrightnessSums others) {
    sums.add(others);
    return sums;
  }

  @Override
  public Row finish(BrightnessSums sums) {
    Optional<CorpusBrightness> result = sums.result();
    if (result.isEmpty()) {
      return RowFactory.create(0L, sums.skipped(), null, null, null, null, null, null);
    }
    CorpusBrightness corpus = result.get();
    return RowFactory.create(
        corpus.images(),
        corpus.skipped(),
        corpus.mean(),
        corpus.spread(),
        percentiles(corpus::percentile),
        percentiles(corpus.pixels()::percentile),
        CollectionConverters.asScala(corpus.pictures()),
        IntStream.range(0, Histogram.BINS)
            .mapToObj(value -> corpus.pixels().count(value))
            .toArray(Long[]::new));
  }

  private static Object percentiles(DoubleUnaryOperator percentile) {
    Map<Integer, Double> percentiles = new LinkedHashMap<>();
    for (int percent : Brightness.PERCENTILES) {
      percentiles.put(percent, percentile.applyAsDouble(percent));
    }
    return CollectionConverters.asScala(percentiles);
  }

  @Override
  public Encoder<BrightnessSums> bufferEncoder() {
    return Encoders.javaSerialization(BrightnessSums.class);
  }

  @Override
  public Encoder<Row> outputEncoder() {
    return Encoders.row(SCHEMA);
  }
}
