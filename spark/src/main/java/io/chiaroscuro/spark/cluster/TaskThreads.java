package io.chiaroscuro.spark.cluster;

import org.apache.spark.TaskContext;
import org.bytedeco.pytorch.global.torch;

/** As many threads for a task's networks as Spark counts cores for it. */
public final class TaskThreads {

  private TaskThreads() {}

  /**
   * Gives libtorch {@code spark.task.cpus} threads for what this task's thread computes. Left to
   * itself it would take all cores of the node, as would each of the tasks beside it.
   *
   * @throws IllegalStateException outside of a task
   */
  public static void limit() {
    TaskContext task = TaskContext.get();
    if (task == null) {
      throw new IllegalStateException("Only a task of Spark's has a number of cores.");
    }
    torch.set_num_threads(task.cpus());
  }
}
