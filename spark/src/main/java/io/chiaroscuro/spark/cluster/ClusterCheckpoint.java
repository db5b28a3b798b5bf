package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/**
 * A checkpoint that every node of a cluster can open, made on the driver and sent with tasks. What
 * nodes do not have is brought to each of them once, whatever the number of its executors, and kept
 * in the user's cache there, {@code chiaroscuro/cluster}, for the next application.
 */
public final class ClusterCheckpoint implements Serializable {

  private static final long serialVersionUID = 1L;

  private final CheckpointSource source;
  private final String name;
  private final String hash;

  /**
   * @param checkpoint the same, as the driver sees it
   */
  private ClusterCheckpoint(CheckpointSource source, Checkpoint checkpoint) {
    this.source = source;
    this.name = checkpoint.name();
    this.hash = checkpoint.hash();
  }

  private static ClusterCheckpoint of(CheckpointSource source) {
    return new ClusterCheckpoint(source, Checkpoint.open(source.folder()));
  }

  /** The small model inside the product; nothing is sent. */
  public static ClusterCheckpoint embedded() {
    return of(new CheckpointSource.Embedded());
  }

  /**
   * What every node, the driver among them, has at the same path, or gets from the Hugging Face hub
   * by itself; nothing is sent. Nodes that find another model there say so.
   *
   * @param nameOrPath a folder in diffusers' layout, or a name on the hub
   * @throws InvalidInputException if the driver does not find it
   */
  public static ClusterCheckpoint onEveryNode(String nameOrPath) {
    return of(new CheckpointSource.OnEveryNode(nameOrPath));
  }

  /**
   * A folder of the driver's, sent by the driver.
   *
   * @param needed the networks whose weights tasks will ask for; the others' stay where they are
   * @throws InvalidInputException if it is no checkpoint in diffusers' layout, or is incomplete
   */
  public static ClusterCheckpoint sent(SparkSession session, Path folder, Set<Component> needed) {
    Checkpoint checkpoint = Checkpoint.open(folder);
    var copy = CopiedFolder.offered(session.sparkContext(), checkpoint, needed);
    return new ClusterCheckpoint(new CheckpointSource.Copied(copy), checkpoint);
  }

  /**
   * A folder in a file system that all nodes reach and each copies from.
   *
   * @param uri as Hadoop reads it, {@code s3a://bucket/model} or {@code hdfs:///model} for example
   * @throws InvalidInputException if it cannot be read or is no checkpoint in diffusers' layout
   */
  public static ClusterCheckpoint stored(SparkSession session, String uri) {
    var copy = CopiedFolder.stored(uri, session.sparkContext().hadoopConfiguration());
    return of(new CheckpointSource.Copied(copy));
  }

  /** What it is called, see {@link Checkpoint#name}. */
  public String name() {
    return name;
  }

  /** What tells it from others, see {@link Checkpoint#hash}. */
  public String hash() {
    return hash;
  }

  /**
   * Opens it on the node that asks.
   *
   * @throws InvalidInputException if the node has none, or another than the driver
   */
  public Checkpoint open() {
    Checkpoint checkpoint = Checkpoint.open(source.folder());
    // A copy is checked as it is made, and may lack networks.
    if (!(source instanceof CheckpointSource.Copied) && !checkpoint.hash().equals(hash)) {
      throw new InvalidInputException(
          "%s is another model on this node than on the driver; copy the driver's to it, or have it sent."
              .formatted(checkpoint.folder()));
    }
    return checkpoint;
  }

  @Override
  public String toString() {
    return name;
  }
}
