/** Tables of prompts and seeds into tables or folders of pictures. */
package io.chiaroscuro.spark.generation;
