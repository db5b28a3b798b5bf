/** Statistics of the signal leak of more pictures than one machine gets through. */
package io.chiaroscuro.spark.statistics;
