package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import java.util.List;

/**
 * The part of every batch that one of several processes works on.
 *
 * @param rank of the process, from 0
 * @param worldSize number of processes
 */
public record Share(int rank, int worldSize) {

  /** All of it: that of a process alone. */
  public static final Share WHOLE = new Share(0, 1);

  public Share {
    if (rank < 0 || rank >= worldSize) {
      throw new InvalidInputException(
          "The rank %d does not exist among %d process(es); ranks count from 0."
              .formatted(rank, worldSize));
    }
  }

  /**
   * This process's stretch of what belongs to a batch's pictures.
   *
   * @throws InvalidInputException unless the batch divides evenly
   */
  public <T> List<T> of(List<T> batch) {
    int count = count(batch.size());
    return batch.subList(rank * count, (rank + 1) * count);
  }

  /**
   * How many pictures of a batch are this process's.
   *
   * @throws InvalidInputException unless the batch divides evenly
   */
  public int count(int batchSize) {
    if (batchSize % worldSize != 0) {
      throw new InvalidInputException(
          "A batch of %d cannot be shared evenly by %d processes; choose a multiple."
              .formatted(batchSize, worldSize));
    }
    return batchSize / worldSize;
  }
}
