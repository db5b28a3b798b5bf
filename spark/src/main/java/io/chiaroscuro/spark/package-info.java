/** What outgrows one machine, on Apache Spark: statistics, generation, brightness. */
package io.chiaroscuro.spark;
