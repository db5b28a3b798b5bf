package io.chiaroscuro.spark.generation;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Histogram;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What became of a picture.
 *
 * @param name of its file; null if not so much as that is known
 * @param seed null if not so much as that is known
 * @param picture the bytes of a PNG file or the URI of one; null if it could not be made
 * @param brightness the mean of all pixels and channels, see {@link Brightness}; null likewise
 * @param deviation their standard deviation; null likewise
 * @param failure why it could not be made, in one sentence; null if it was
 */
record PictureResult(
    String name, Long seed, Object picture, Double brightness, Double deviation, String failure) {

  static final String PNG = "png";
  static final String FILE = "file";

  static PictureResult made(String name, long seed, Object picture, Histogram pixels) {
    return new PictureResult(name, seed, picture, pixels.mean(), pixels.standardDeviation(), null);
  }

  static PictureResult failed(String name, Long seed, String failure) {
    return new PictureResult(name, seed, null, null, null, failure);
  }

  /** Adds the columns that results have. */
  static StructType columns(StructType kept, String picture, DataType type) {
    return kept.add("name", DataTypes.StringType)
        .add("seed", DataTypes.LongType)
        .add(picture, type)
        .add("brightness", DataTypes.DoubleType)
        .add("deviation", DataTypes.DoubleType)
        .add("failure", DataTypes.StringType);
  }

  /** The values of those columns. */
  Object[] values() {
    return new Object[] {name, seed, picture, brightness, deviation, failure};
  }
}
