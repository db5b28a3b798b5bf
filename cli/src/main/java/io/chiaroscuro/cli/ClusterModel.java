package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/**
 * The model of a command that runs on a cluster.
 *
 * @param onNodes as tasks open it
 * @param here as this machine has it
 */
record ClusterModel(ClusterCheckpoint onNodes, Checkpoint here) {

  /**
   * What is inside the product, in a file system that all nodes reach, or on this machine, which
   * then sends it.
   *
   * @param needed the networks that tasks want
   */
  static ClusterModel of(SparkSession session, ModelOptions options, Set<Component> needed) {
    if (options.isEmbedded()) {
      return new ClusterModel(ClusterCheckpoint.embedded(), options.checkpoint());
    }
    if (options.given().contains("://")) {
      var stored = ClusterCheckpoint.stored(session, options.given());
      return new ClusterModel(stored, stored.open());
    }
    Path folder = options.model();
    if (Files.isRegularFile(folder)) {
      throw new InvalidInputException(
          "%s is one file; 'chiaroscuro convert' makes a folder of it, which nodes of a cluster can be sent."
              .formatted(folder));
    }
    return new ClusterModel(ClusterCheckpoint.sent(session, folder, needed), options.checkpoint());
  }
}
