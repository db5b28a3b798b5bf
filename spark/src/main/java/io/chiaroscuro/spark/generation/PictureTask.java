package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.order.OrderedPicture;
import io.chiaroscuro.order.PictureOrder;
import io.chiaroscuro.spark.cluster.ExecutorModels;
import io.chiaroscuro.spark.cluster.TaskThreads;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task with its model. What is wrong with an order is said in its result; what is wrong with the
 * node fails the task, which Spark repeats.
 */
final class PictureTask {

  private static final Logger LOG = LoggerFactory.getLogger(PictureTask.class);

  private final PictureMaker maker;
  private final Output output;

  private PictureTask(PictureMaker maker, Output output) {
    this.maker = maker;
    this.output = output;
  }

  /**
   * Begins it; what it holds is given back when Spark's task ends.
   *
   * @throws InvalidInputException if this node cannot have the model
   */
  static PictureTask begin(PictureWork work) {
    TaskThreads.limit();
    var lease = ExecutorModels.stableDiffusion(work.checkpoint(), work.device(), work.dtype());
    var maker = new PictureMaker(lease.model(), work.files());
    TaskContext.get()
        .addTaskCompletionListener(
            task -> {
              maker.close();
              lease.close();
            });
    return new PictureTask(maker, work.output());
  }

  /** What becomes of picture {@code index} of an order. */
  PictureResult result(PictureOrder order, int index) {
    try {
      OrderedPicture picture = maker.picture(order, index);
      return output.deliver(picture, () -> image(picture));
    } catch (InvalidInputException e) {
      String name = order.outputName() == null ? null : order.fileNames().get(index);
      return PictureResult.failed(name, order.seed(index), e.getMessage());
    }
  }

  /**
   * @throws InvalidInputException whatever happened, but for the end of the task
   */
  private RgbImage image(OrderedPicture picture) {
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
}
