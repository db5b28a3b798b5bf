package io.chiaroscuro.spark.standalone;

import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** What befalls a cluster while it works, and must not change a digit of what it works out. */
enum Misfortune {
  /** As a kernel does that needs its memory, or a colleague whose job goes before. */
  A_KILLED_EXECUTOR {
    @Override
    <T> T during(StandaloneCluster cluster, SparkSession session, Supplier<T> job) {
      var kill = AfterTasks.of(session, TASKS, cluster::killExecutor);
      T result = job.get();
      kill.requireHappenedOnTheWay();
      return result;
    }
  },

  /** Its worker too, so that nothing comes back. */
  A_LOST_NODE {
    @Override
    <T> T during(StandaloneCluster cluster, SparkSession session, Supplier<T> job) {
      var loss = AfterTasks.of(session, TASKS, () -> cluster.lose(cluster.workers().get(0)));
      try {
        T result = job.get();
        loss.requireHappenedOnTheWay();
        return result;
      } finally {
        cluster.withWorkers(1); // For the next test.
      }
    }
  },

  /** On which no executor can begin. */
  A_NODE_WITHOUT_DISK {
    @Override
    <T> T during(StandaloneCluster cluster, SparkSession session, Supplier<T> job) {
      Worker broken = cluster.addWorkerWithoutDisk();
      try {
        T result = job.get();
        broken.requireSaid("Failed to launch executor");
        return result;
      } finally {
        cluster.lose(broken);
      }
    }
  };

  /** So many are done when it happens; jobs have so many more that they last until it has. */
  private static final int TASKS = 6;

  /**
   * Does a job of many tasks.
   *
   * @throws AssertionError if nothing happened while it was under way
   */
  abstract <T> T during(StandaloneCluster cluster, SparkSession session, Supplier<T> job);
}
