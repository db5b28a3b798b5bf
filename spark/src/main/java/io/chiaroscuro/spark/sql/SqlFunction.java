package io.chiaroscuro.spark.sql;

import io.chiaroscuro.image.Histogram;
import io.chiaroscuro.spark.brightness.BrightnessHistogram;
import io.chiaroscuro.spark.brightness.PictureHistogram;
import java.io.Serializable;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/** The functions that SQL gains, by the name that it knows them by in lower case. */
enum SqlFunction {
  BRIGHTNESS("_FUNC_(content) - The mean of all pixels and channels of a picture, 0 to 1.") {
    @Override
    UserDefinedFunction function() {
      return ofPicture(Histogram::mean);
    }
  },
  BRIGHTNESS_DEVIATION(
      "_FUNC_(content) - The standard deviation of all pixels and channels of a picture.") {
    @Override
    UserDefinedFunction function() {
      return ofPicture(Histogram::standardDeviation);
    }
  },
  BRIGHTNESS_HISTOGRAM("_FUNC_(content) - How bright all pictures of a group are.") {
    @Override
    UserDefinedFunction function() {
      return BrightnessHistogram.function();
    }
  };

  private final String usage;

  SqlFunction(String usage) {
    this.usage = usage;
  }

  abstract UserDefinedFunction function();

  String sqlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  String usage() {
    return usage;
  }

  /** What is measured of a picture's bytes; of what cannot be decoded, null. */
  private static UserDefinedFunction ofPicture(Measure measure) {
    UDF1<byte[], Double> function =
        content ->
            content == null
                ? null
                : PictureHistogram.of(content).map(measure::applyAsDouble).orElse(null);
    return functions.udf(function, DataTypes.DoubleType);
  }

  /** Shipped to where pictures are. */
  @FunctionalInterface
  private interface Measure extends ToDoubleFunction<Histogram>, Serializable {}
}
