package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.order.PictureOrder;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;

/** What a task does with a column of orders. Spark makes each task an object of its own. */
final class PictureFunction implements UDF1<Row, Row> {

  private static final long serialVersionUID = 1L;

  private final PictureWork work;
  private transient PictureTask task;

  PictureFunction(PictureWork work) {
    this.work = work;
  }

  @Override
  public Row call(Row row) {
    return row == null ? null : RowFactory.create(result(row).values());
  }

  private PictureResult result(Row row) {
    PictureOrder order;
    try {
      order = new OrderTable(row.schema(), List.of()).order(row);
      if (order.count() != 1) {
        throw new InvalidInputException(
            "A function yields one picture, not %d; leave the count out.".formatted(order.count()));
      }
    } catch (InvalidInputException e) {
      return PictureResult.failed(null, null, e.getMessage());
    }
    if (task == null) {
      task = PictureTask.begin(work);
    }
    return task.result(order, 0);
  }
}
