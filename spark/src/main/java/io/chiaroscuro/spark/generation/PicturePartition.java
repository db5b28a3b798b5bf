package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.order.PictureOrder;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * What a task does with the rows of a table: one picture after the other, each when it is asked
 * for.
 *
 * @param table where in rows orders are
 * @param kept places of the columns that rows of results begin with
 */
record PicturePartition(PictureWork work, OrderTable table, int[] kept)
    implements MapPartitionsFunction<Row, Row> {

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator();
    }
    PictureTask task = PictureTask.begin(work);
    return new Concatenation<>(rows, row -> results(row, task));
  }

  private Iterator<Row> results(Row row, PictureTask task) {
    PictureOrder order;
    try {
      order = table.order(row);
    } catch (InvalidInputException e) {
      return List.of(row(row, PictureResult.failed(null, null, e.getMessage()))).iterator();
    }
    return IntStream.range(0, order.count())
        .mapToObj(index -> row(row, task.result(order, index)))
        .iterator();
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
