package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.order.PictureOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;

/** The columns of a table of orders, by the keys of the command line's batch files. */
enum OrderKey {
  PROMPT(Kind.TEXT, order -> order.picture().prompt()),
  NEGATIVE_PROMPT(Kind.TEXT, order -> order.picture().negativePrompt()),
  PROMPT_SYNTAX(Kind.TEXT, order -> order.picture().promptSyntax()),
  NUM_INFERENCE_STEPS(Kind.INTEGER, order -> order.picture().numInferenceSteps()),
  GUIDANCE_SCALE(Kind.NUMBER, order -> order.picture().guidanceScale()),
  GUIDANCE_RESCALE(Kind.NUMBER, order -> order.picture().guidanceRescale()),
  CLIP_SKIP(Kind.INTEGER, order -> order.picture().clipSkip()),
  SCHEDULER(Kind.TEXT, order -> order.picture().sampler().scheduler()),
  SCHEDULER_OPTION(
      Kind.TEXTS,
      order ->
          order.picture().sampler().options().entrySet().stream()
              .map(option -> option.getKey() + "=" + option.getValue())
              .toArray(String[]::new)),
  ETA(Kind.NUMBER, order -> order.picture().sampler().eta()),
  HEIGHT(Kind.INTEGER, order -> order.picture().height()),
  WIDTH(Kind.INTEGER, order -> order.picture().width()),
  LEAK(Kind.TEXT, order -> order.leak().statistics()),
  LEAK_ONLY_HIGH_FREQUENCY(Kind.TRUTH, order -> order.leak().onlyHighFrequency()),
  LEAK_CHANNEL(Kind.TEXTS, order -> order.leak().channels().toArray(String[]::new)),
  LEAK_COMPONENT(Kind.TEXTS, order -> order.leak().components().toArray(String[]::new)),
  LEAK_GIVEN(Kind.TEXTS, order -> order.leak().given().toArray(String[]::new)),
  LEAK_IMAGE(Kind.TEXT, order -> order.leak().light().image()),
  LEAK_IMAGE_COMPONENTS(Kind.INTEGER, order -> order.leak().light().imageComponents()),
  LIGHT(Kind.TEXT, order -> order.leak().light().light()),
  PALETTE(Kind.TEXT, order -> order.leak().light().palette()),
  MEAN_COLOR(Kind.TEXT, order -> order.leak().light().meanColor()),
  LEAK_PRESET(Kind.TEXT, order -> order.leak().light().preset()),
  LEAK_STRENGTH(Kind.NUMBER, order -> order.leak().strength()),
  LEAK_SEED(Kind.LONG, order -> order.leak().seed()),
  SEED(Kind.LONG, PictureOrder::seed),
  COUNT(Kind.INTEGER, PictureOrder::count),
  OUTPUT_NAME(Kind.TEXT, PictureOrder::outputName);

  /** The other name that an option has. */
  private static final String STEPS = "steps";

  /** What a column holds. */
  private enum Kind {
    TEXT("a text", DataTypes.StringType),
    TEXTS("a text or an array of texts", DataTypes.createArrayType(DataTypes.StringType)),
    INTEGER("a whole number", DataTypes.IntegerType),
    LONG("a whole number", DataTypes.LongType),
    NUMBER("a number", DataTypes.DoubleType),
    TRUTH("true or false", DataTypes.BooleanType);

    private final String description;
    private final DataType type;

    Kind(String description, DataType type) {
      this.description = description;
      this.type = type;
    }

    boolean fits(DataType given) {
      if (given instanceof NullType) {
        return true;
      }
      return switch (this) {
        case TEXT -> given instanceof StringType;
        case TEXTS ->
            given instanceof StringType
                || given instanceof ArrayType array && array.elementType() instanceof StringType;
        case INTEGER, LONG ->
            given instanceof ByteType
                || given instanceof ShortType
                || given instanceof IntegerType
                || given instanceof LongType;
        case NUMBER -> given instanceof NumericType;
        case TRUTH -> given instanceof BooleanType;
      };
    }
  }

  private final Kind kind;
  private final Function<PictureOrder, Object> value;

  OrderKey(Kind kind, Function<PictureOrder, Object> value) {
    this.kind = kind;
    this.value = value;
  }

  /** The key that a column is named by. */
  static Optional<OrderKey> of(String column) {
    String name = column.equals(STEPS) ? NUM_INFERENCE_STEPS.column() : column;
    return Arrays.stream(values()).filter(key -> key.column().equals(name)).findFirst();
  }

  static List<String> columns() {
    return Arrays.stream(values()).map(OrderKey::column).toList();
  }

  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  DataType type() {
    return kind.type;
  }

  /** What a row of the order holds. */
  Object of(PictureOrder order) {
    return value.apply(order);
  }

  /**
   * @throws InvalidInputException if a column of that type cannot hold it
   */
  void requireFits(DataType type) {
    if (!kind.fits(type)) {
      throw new InvalidInputException(
          "The column '%s' needs %s, not %s; cast it."
              .formatted(column(), kind.description, type.simpleString()));
    }
  }
}
