/** How bright a corpus is, as an aggregate: of all of it, or of each group. */
package io.chiaroscuro.spark.brightness;
