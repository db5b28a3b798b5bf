package io.chiaroscuro.spark.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A file in a file system that all nodes reach.
 *
 * @param uri as Hadoop reads it
 * @param size in bytes
 * @param modified when, in milliseconds
 * @param configuration by which the file system is reached
 */
record StoredFile(String uri, long size, long modified, SerializableConfiguration configuration)
    implements CopiedFile.Origin {

  @Override
  public String content() {
    return "%s %d %d".formatted(uri, size, modified);
  }

  @Override
  public void copyTo(Path target) throws IOException {
    var path = new org.apache.hadoop.fs.Path(uri);
    try (var in = path.getFileSystem(configuration.value()).open(path)) {
      long copied = Files.copy(in, target);
      if (copied != size) {
        throw new IOException(
            "%s had %d bytes and now has %d, as if it were being written"
                .formatted(uri, size, copied));
      }
    }
  }
}
