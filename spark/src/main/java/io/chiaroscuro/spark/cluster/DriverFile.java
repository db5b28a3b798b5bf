package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.file.FileHash;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkFiles;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A file of the driver's, which Spark's own file server hands to executors. It knows files by their
 * last names, of which a checkpoint has several of a kind, hence by their content here.
 *
 * @param content SHA-256
 */
record DriverFile(String content) implements CopiedFile.Origin {

  /** Links by such names, for as long as this process may be asked for them. */
  private static final class Offered {

    static final Path FOLDER = create();

    private static Path create() {
      try {
        Path folder = Files.createTempDirectory("chiaroscuro-offered");
        folder.toFile().deleteOnExit();
        return folder;
      } catch (IOException e) {
        throw new InvalidInputException(
            "Cannot make a temporary folder (%s); name by -Djava.io.tmpdir one that is writable."
                .formatted(AtomicFile.reason(e)),
            e);
      }
    }
  }

  static DriverFile offered(SparkContext context, Path file) {
    String content = FileHash.of(file);
    Path link = Offered.FOLDER.resolve(content);
    link(link, file);
    if (CollectionConverters.asJava(context.listFiles()).stream()
        .noneMatch(name -> name.endsWith(content))) {
      context.addFile(link.toUri().toString());
    }
    return new DriverFile(content);
  }

  private static void link(Path link, Path file) {
    try {
      Files.createLink(link, file.toRealPath());
      link.toFile().deleteOnExit();
    } catch (FileAlreadyExistsException e) {
      // Another checkpoint has the same file.
    } catch (IOException | UnsupportedOperationException e) {
      // Another disk than the temporary folder's.
      AtomicFile.write(
          link, temporary -> Files.copy(file, temporary, StandardCopyOption.REPLACE_EXISTING));
      link.toFile().deleteOnExit();
    }
  }

  @Override
  public void copyTo(Path target) throws IOException {
    Files.copy(Path.of(SparkFiles.get(content)), target);
    if (!FileHash.of(target).equals(content)) {
      throw new IOException("the copy of %s is damaged".formatted(target.getFileName()));
    }
  }
}
