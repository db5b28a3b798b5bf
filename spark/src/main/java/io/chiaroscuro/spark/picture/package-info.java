/** Tables of pictures: their columns, how a task reads one, and a folder as such a table. */
package io.chiaroscuro.spark.picture;
