package io.chiaroscuro.spark.generation;

import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Makes the pictures of a table of orders: a row says by columns what a line of the command line's
 * batch files says by keys, {@code prompt}, {@code seed}, {@code leak} and so on. A column may be
 * missing and a value null: then it is as the command line has it.
 *
 * <p>A picture is to the last bit the one that a single machine makes of the same order, with the
 * same words in its PNG file and the same name, if it computes with as many threads as a task here.
 * The result has a row for each picture, in the order of the table:
 *
 * <ul>
 *   <li>the columns that are {@linkplain #keeping kept};
 *   <li>{@code name} STRING: the file's, by {@code output_name} or by what the picture is made
 *       from;
 *   <li>{@code seed} BIGINT;
 *   <li>{@code png} BINARY, or {@code file} STRING;
 *   <li>{@code brightness} and {@code deviation} DOUBLE: mean and standard deviation of all pixels
 *       and channels, 0 to 1;
 *   <li>{@code failure} STRING: why the picture could not be made, in one sentence; else null.
 * </ul>
 *
 * <p>No order fails a task. What is wrong with a node does, and Spark repeats the task. Partitions
 * are those of the table; what is made of one is lost with a node, so they should be small: {@code
 * orders.repartition(n)}.
 *
 * <pre>{@code
 * Dataset<Row> orders = session.read().json("hdfs:///orders.jsonl").repartition(1000);
 * var generation = new ClusterGeneration(checkpoint, Device.CPU, DType.FLOAT32);
 * generation.files(orders, "hdfs:///pictures").write().parquet("hdfs:///results");
 * }</pre>
 */
public final class ClusterGeneration {

  private final ClusterCheckpoint checkpoint;
  private final Device device;
  private final DType dtype;
  private final List<String> kept;
  private final SentFiles sent;

  /**
   * @param checkpoint the model
   * @param device that a task computes on
   * @param dtype that it computes in
   */
  public ClusterGeneration(ClusterCheckpoint checkpoint, Device device, DType dtype) {
    this(checkpoint, device, dtype, List.of(), SentFiles.NONE);
  }

  private ClusterGeneration(
      ClusterCheckpoint checkpoint, Device device, DType dtype, List<String> kept, SentFiles sent) {
    this.checkpoint = checkpoint;
    this.device = device;
    this.dtype = dtype;
    this.kept = kept;
    this.sent = sent;
  }

  /** The same, with these columns of the table before those of the results. */
  public ClusterGeneration keeping(String... columns) {
    return new ClusterGeneration(checkpoint, device, dtype, List.of(columns), sent);
  }

  /**
   * The same, sending a file or a folder of the driver's with the tasks, for statistics or a
   * picture that orders name and nodes do not have. Other names are read by the tasks, as Hadoop
   * reads them; where they are not absolute they begin at the driver's working folder.
   *
   * @param path as orders name it
   * @throws io.chiaroscuro.InvalidInputException if it cannot be read
   */
  public ClusterGeneration sending(Path path) {
    return new ClusterGeneration(checkpoint, device, dtype, kept, sent.with(path));
  }

  /**
   * A table with the pictures in it. They are made by each action on it, so it should be written
   * once and read where it was written.
   *
   * @throws io.chiaroscuro.InvalidInputException if the table has no prompts, a column that is no
   *     key, or one that holds what its key cannot be
   */
  public Dataset<Row> pictures(Dataset<Row> orders) {
    return results(orders, new Output.IntoTable(), PictureResult.PNG, DataTypes.BinaryType);
  }

  /**
   * A table of PNG files, which are made by an action on it. What is there already and is the same
   * is not made again, so an action may be repeated, and a job that was interrupted goes on. Of
   * attempts of a task at the same time all but one give their picture up; rows that ask for
   * different pictures under one name get one of them and a sentence.
   *
   * @param folder on any file system that Hadoop reaches; made if it is not there
   * @throws io.chiaroscuro.InvalidInputException as of {@link #pictures}, or if the folder cannot
   *     be made
   */
  public Dataset<Row> files(Dataset<Row> orders, String folder) {
    var reached = configuration(orders.sparkSession());
    var output = new Output.IntoFolder(OutputFolder.create(folder, reached));
    return results(orders, output, PictureResult.FILE, DataTypes.StringType);
  }

  /**
   * A function of an order, for SQL: of a struct whose fields are the columns that a table would
   * have, a struct of the columns that results have in {@link #pictures}. It is evaluated once a
   * row, and yields one picture.
   */
  public UserDefinedFunction function(SparkSession session) {
    return functions
        .udf(
            new PictureFunction(work(session, new Output.IntoTable())),
            PictureResult.columns(new StructType(), PictureResult.PNG, DataTypes.BinaryType))
        .asNondeterministic();
  }

  private Dataset<Row> results(
      Dataset<Row> orders, Output output, String picture, DataType pictureType) {
    StructType schema = orders.schema();
    var table = new OrderTable(schema, kept);
    StructType results = new StructType();
    for (String column : kept) {
      results = results.add(schema.apply(column));
    }
    int[] places = kept.stream().mapToInt(schema::fieldIndex).toArray();
    var partition = new PicturePartition(work(orders.sparkSession(), output), table, places);
    return orders.mapPartitions(
        partition, Encoders.row(PictureResult.columns(results, picture, pictureType)));
  }

  private PictureWork work(SparkSession session, Output output) {
    SerializableConfiguration configuration = configuration(session);
    return new PictureWork(checkpoint, device, dtype, files(configuration), output);
  }

  private NamedFiles files(SerializableConfiguration configuration) {
    try {
      String base = FileSystem.get(configuration.value()).getWorkingDirectory().toString();
      return new NamedFiles(sent, configuration, base);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SerializableConfiguration configuration(SparkSession session) {
    return new SerializableConfiguration(session.sparkContext().hadoopConfiguration());
  }
}
