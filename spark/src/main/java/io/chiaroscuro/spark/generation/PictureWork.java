package io.chiaroscuro.spark.generation;

import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.Serializable;

/**
 * What all tasks of a generation have in common.
 *
 * @param checkpoint the model
 * @param device that a task computes on
 * @param dtype that it computes in
 * @param files which orders name
 * @param output where pictures go
 */
record PictureWork(
    ClusterCheckpoint checkpoint, Device device, DType dtype, NamedFiles files, Output output)
    implements Serializable {}
