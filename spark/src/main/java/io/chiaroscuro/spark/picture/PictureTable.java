package io.chiaroscuro.spark.picture;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.chiaroscuro.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Which columns of a table have pictures, by their names.
 *
 * <ul>
 *   <li>{@value #CONTENT}, BINARY: a file's bytes; the source {@code binaryFile} has it;
 *   <li>{@value #PATH}, STRING: where the file lies, as Hadoop reads it. It is read by the task
 *       that decodes it, while the picture before is encoded;
 *   <li>{@value #INDEX}, BIGINT or INT, may be missing: the picture's place in a list. With it
 *       random crops and flips are those that a single machine makes of that list.
 * </ul>
 *
 * <p>One of the first two must be there; where both are, the bytes are taken from the first. Random
 * choices for a picture without an index depend on its path, for one without a path on its bytes:
 * never on how the table is divided.
 */
public final class PictureTable {

  public static final String CONTENT = "content";
  public static final String PATH = "path";
  public static final String INDEX = "index";

  private static final int NAME_DIGITS = 12;

  private PictureTable() {}

  /**
   * The rows, in the table's own partitions.
   *
   * @throws InvalidInputException if the table has no pictures
   */
  public static JavaRDD<Picture> pictures(Dataset<Row> table) {
    return pictures(table, lit(null));
  }

  /**
   * As {@link #pictures(Dataset)}, each picture with what it belongs to.
   *
   * @param group the column that says it, of any type that has a text
   * @throws InvalidInputException if the table has no pictures, or no such column
   */
  public static JavaRDD<Picture> pictures(Dataset<Row> table, String group) {
    requireColumn(table, group);
    return pictures(table, col(quoted(group)));
  }

  private static JavaRDD<Picture> pictures(Dataset<Row> table, Column group) {
    if (!has(table, CONTENT) && !has(table, PATH)) {
      throw new InvalidInputException(
          "The table has neither a column '%s' with the bytes of pictures nor a column '%s'; it has %s."
              .formatted(CONTENT, PATH, String.join(", ", table.columns())));
    }
    return table
        .select(
            column(table, CONTENT, DataTypes.BinaryType),
            column(table, PATH, DataTypes.StringType),
            column(table, INDEX, DataTypes.LongType),
            group.cast(DataTypes.StringType))
        .toJavaRDD()
        .map(PictureTable::picture);
  }

  private static boolean has(Dataset<Row> table, String column) {
    return Arrays.asList(table.columns()).contains(column);
  }

  private static void requireColumn(Dataset<Row> table, String column) {
    if (!has(table, column)) {
      throw new InvalidInputException(
          "The table has no column '%s'; it has %s."
              .formatted(column, String.join(", ", table.columns())));
    }
  }

  private static Column column(Dataset<Row> table, String name, DataType type) {
    Column column = has(table, name) ? col(quoted(name)) : lit(null);
    return column.cast(type).as(name);
  }

  private static String quoted(String column) {
    return "`" + column.replace("`", "``") + "`";
  }

  private static Picture picture(Row row) {
    byte[] content = row.getAs(0);
    String path = row.getString(1);
    if (content == null && path == null) {
      return new Picture("a row without a picture", new byte[0], 0, row.getString(3));
    }
    byte[] identity = sha256(path == null ? content : path.getBytes(StandardCharsets.UTF_8));
    return new Picture(
        path == null ? "content " + hexadecimal(identity) : path,
        content,
        row.isNullAt(2) ? ByteBuffer.wrap(identity).getLong() : row.getLong(2),
        row.getString(3));
  }

  private static String hexadecimal(byte[] digest) {
    return HexFormat.of().formatHex(digest).substring(0, NAME_DIGITS);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }
}
