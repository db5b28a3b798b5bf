package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.order.OrderedPicture;
import io.chiaroscuro.order.PictureOrder;
import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.spark.cluster.ExecutorModels;
import io.chiaroscuro.spark.cluster.TaskThreads;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.util.Collections;
import java.util.Iterator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task does: one picture after the other, each when it is asked for. What is wrong with an
 * order is said in its row; what is wrong with the node fails the task, which Spark repeats.
 *
 * @param kept places of the columns that rows of results begin with
 */
record PicturePartition(
    ClusterCheckpoint checkpoint,
    Device device,
    DType dtype,
    OrderTable table,
    int[] kept,
    NamedFiles files,
    Output output)
    implements MapPartitionsFunction<Row, Row> {

  private static final Logger LOG = LoggerFactory.getLogger(PicturePartition.class);

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator();
    }
    TaskThreads.limit();
    var lease = ExecutorModels.stableDiffusion(checkpoint, device, dtype);
    var maker = new PictureMaker(lease.model(), files);
    TaskContext.get()
        .addTaskCompletionListener(
            task -> {
              maker.close();
              lease.close();
            });
    return new Concatenation<>(rows, row -> results(row, maker));
  }

  private Iterator<Row> results(Row row, PictureMaker maker) {
    PictureOrder order;
    try {
      order = table.order(row);
    } catch (InvalidInputException e) {
      return Stream.of(row(row, PictureResult.failed(null, null, e.getMessage()))).iterator();
    }
    return IntStream.range(0, order.count())
        .mapToObj(index -> row(row, result(order, index, maker)))
        .iterator();
  }

  private PictureResult result(PictureOrder order, int index, PictureMaker maker) {
    String name = order.outputName() == null ? null : order.fileNames().get(index);
    try {
      OrderedPicture picture = maker.picture(order, index);
      return output.deliver(picture, () -> image(maker, picture));
    } catch (InvalidInputException e) {
      return PictureResult.failed(name, order.seed(index), e.getMessage());
    }
  }

  /**
   * @throws InvalidInputException whatever happened, but for the end of the task
   */
  private static RgbImage image(PictureMaker maker, OrderedPicture picture) {
    try {
      return maker.make(picture);
    } catch (InvalidInputException | TaskKilledException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.warn("{} could not be made", picture.fileName(), e);
      throw new InvalidInputException(sentence(e), e);
    }
  }

  private static String sentence(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof OutOfMemoryError || message.contains("memory")
        ? "Not enough memory; choose a smaller height and width, or the dtype bfloat16."
        : "Something unforeseen went wrong (%s: %s); the executor's log has the details."
            .formatted(e.getClass().getSimpleName(), message.lines().findFirst().orElse(""));
  }

  private Row row(Row order, PictureResult result) {
    Object[] values = result.values();
    Object[] all = new Object[kept.length + values.length];
    for (int i = 0; i < kept.length; i++) {
      all[i] = order.get(kept[i]);
    }
    System.arraycopy(values, 0, all, kept.length, values.length);
    return RowFactory.create(all);
  }
}
