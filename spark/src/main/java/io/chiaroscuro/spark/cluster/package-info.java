/**
 * How tasks get what they need: a session whose settings suit native code, a checkpoint once a
 * node, a model once an executor, as many threads as a task has cores.
 */
package io.chiaroscuro.spark.cluster;
