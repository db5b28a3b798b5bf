package io.chiaroscuro.spark.cluster;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * One file of a folder that nodes copy.
 *
 * @param path below the folder, names divided by {@code /}
 * @param origin where a node gets it
 */
record CopiedFile(String path, Origin origin) implements Serializable {

  /** Where a file's bytes come from. */
  sealed interface Origin extends Serializable permits DriverFile, StoredFile {

    /** Tells the file's content from others. */
    String content();

    /** Copies it, and fails unless all of it came. */
    void copyTo(Path target) throws IOException;
  }
}
