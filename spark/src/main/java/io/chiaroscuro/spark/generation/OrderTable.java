package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.order.LeakSettings;
import io.chiaroscuro.order.LightSettings;
import io.chiaroscuro.order.PictureOrder;
import io.chiaroscuro.order.PictureSettings;
import io.chiaroscuro.order.SamplerSettings;
import java.io.Serializable;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Where in the rows of a table is what makes them orders. */
public final class OrderTable implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final int MOST_PARTITIONS = 10_000;

  private final EnumMap<OrderKey, Integer> places = new EnumMap<>(OrderKey.class);

  /**
   * @param kept columns that need not be keys
   * @throws InvalidInputException if a column is neither kept nor a key, holds what its key cannot
   *     be, or there is no prompt
   */
  OrderTable(StructType schema, List<String> kept) {
    StructField[] fields = schema.fields();
    for (int place = 0; place < fields.length; place++) {
      String column = fields[place].name();
      Optional<OrderKey> key = OrderKey.of(column);
      if (key.isPresent()) {
        add(key.get(), fields[place].dataType(), place);
      } else if (!kept.contains(column)) {
        throw new InvalidInputException(
            "The column '%s' is no key; choose among %s, or have it kept."
                .formatted(column, String.join(", ", OrderKey.columns())));
      }
    }
    for (String column : kept) {
      if (!List.of(schema.fieldNames()).contains(column)) {
        throw new InvalidInputException(
            "The table has no column '%s' to keep; name one of its own.".formatted(column));
      }
    }
    if (!places.containsKey(OrderKey.PROMPT)) {
      throw new InvalidInputException("The table has no column 'prompt'; add one.");
    }
  }

  private void add(OrderKey key, DataType type, int place) {
    key.requireFits(type);
    if (places.put(key, place) != null) {
      throw new InvalidInputException(
          "The table has '%s' under two names; leave one out.".formatted(key.column()));
    }
  }

  /**
   * A table of these orders, a row each in their order, and each in a partition of its own as far
   * as {@value #MOST_PARTITIONS} go: the longest that a node's end can throw a job back.
   */
  public static Dataset<Row> of(SparkSession session, List<PictureOrder> orders) {
    StructType schema = new StructType();
    for (OrderKey key : OrderKey.values()) {
      schema = schema.add(key.column(), key.type());
    }
    List<Row> rows =
        orders.stream()
            .map(
                order ->
                    RowFactory.create(
                        Arrays.stream(OrderKey.values()).map(key -> key.of(order)).toArray()))
            .toList();
    var context = JavaSparkContext.fromSparkContext(session.sparkContext());
    int partitions = Math.max(1, Math.min(rows.size(), MOST_PARTITIONS));
    return session.createDataFrame(context.parallelize(rows, partitions), schema);
  }

  /**
   * What a row asks for.
   *
   * @throws InvalidInputException if it cannot be meant
   */
  PictureOrder order(Row row) {
    Integer steps = integer(row, OrderKey.NUM_INFERENCE_STEPS);
    Integer clipSkip = integer(row, OrderKey.CLIP_SKIP);
    Integer count = integer(row, OrderKey.COUNT);
    Long seed = whole(row, OrderKey.SEED);
    var order =
        new PictureOrder(
            new PictureSettings(
                text(row, OrderKey.PROMPT, null),
                text(row, OrderKey.NEGATIVE_PROMPT, ""),
                text(row, OrderKey.PROMPT_SYNTAX, PictureSettings.USUAL_SYNTAX),
                integer(row, OrderKey.WIDTH),
                integer(row, OrderKey.HEIGHT),
                steps == null ? PictureSettings.USUAL_STEPS : steps,
                number(row, OrderKey.GUIDANCE_SCALE, null),
                number(row, OrderKey.GUIDANCE_RESCALE, 0.0),
                clipSkip == null ? 0 : clipSkip,
                new SamplerSettings(
                    text(row, OrderKey.SCHEDULER, null),
                    settings(texts(row, OrderKey.SCHEDULER_OPTION)),
                    number(row, OrderKey.ETA, null))),
            leak(row),
            seed == null ? 0 : seed,
            count == null ? 1 : count,
            text(row, OrderKey.OUTPUT_NAME, null));
    order.check();
    return order;
  }

  private LeakSettings leak(Row row) {
    return new LeakSettings(
        text(row, OrderKey.LEAK, null),
        Boolean.TRUE.equals(value(row, OrderKey.LEAK_ONLY_HIGH_FREQUENCY)),
        texts(row, OrderKey.LEAK_CHANNEL),
        texts(row, OrderKey.LEAK_COMPONENT),
        texts(row, OrderKey.LEAK_GIVEN),
        new LightSettings(
            text(row, OrderKey.LEAK_IMAGE, null),
            integer(row, OrderKey.LEAK_IMAGE_COMPONENTS),
            text(row, OrderKey.LIGHT, null),
            text(row, OrderKey.PALETTE, null),
            text(row, OrderKey.MEAN_COLOR, null),
            text(row, OrderKey.LEAK_PRESET, null)),
        number(row, OrderKey.LEAK_STRENGTH, 1.0),
        whole(row, OrderKey.LEAK_SEED));
  }

  private static Map<String, String> settings(List<String> words) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String word : words) {
      String[] parts = word.split("=", 2);
      if (parts.length < 2) {
        throw new InvalidInputException(
            "The scheduler_option '%s' has no value; write for example solver_order=3."
                .formatted(word));
      }
      settings.put(parts[0], parts[1]);
    }
    return settings;
  }

  /** What the row says of it; null if nothing. */
  private Object value(Row row, OrderKey key) {
    Integer place = places.get(key);
    return place == null ? null : row.get(place);
  }

  private String text(Row row, OrderKey key, String usual) {
    Object text = value(row, key);
    return text == null ? usual : (String) text;
  }

  private List<String> texts(Row row, OrderKey key) {
    Object texts = value(row, key);
    if (texts == null) {
      return List.of();
    }
    List<String> all =
        texts instanceof String one ? List.of(one) : row.<String>getList(places.get(key));
    if (all.stream().anyMatch(Objects::isNull)) {
      throw new InvalidInputException(
          "The array in '%s' holds null; leave it out.".formatted(key.column()));
    }
    return all;
  }

  private Double number(Row row, OrderKey key, Double usual) {
    Object number = value(row, key);
    return number == null ? usual : Double.valueOf(((Number) number).doubleValue());
  }

  private Long whole(Row row, OrderKey key) {
    Object number = value(row, key);
    return number == null ? null : ((Number) number).longValue();
  }

  private Integer integer(Row row, OrderKey key) {
    Long number = whole(row, key);
    if (number == null) {
      return null;
    }
    if (number.intValue() != number) {
      throw new InvalidInputException(
          "'%s' is %d; give a number below two billion.".formatted(key.column(), number));
    }
    return number.intValue();
  }
}
