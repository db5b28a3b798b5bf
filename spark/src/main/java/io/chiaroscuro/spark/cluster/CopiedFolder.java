package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.WeightsFolder;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.hub.HubCache;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A checkpoint's folder as nodes copy it.
 *
 * @param path of the folder below that of the copy; says what the model is called, as {@link
 *     Checkpoint#name} finds it
 * @param files all that are copied
 */
record CopiedFolder(String path, List<CopiedFile> files) implements Serializable {

  private static final int ID_DIGITS = 16;

  CopiedFolder {
    files = List.copyOf(files);
  }

  /**
   * The driver's folder, offered by the driver.
   *
   * @param needed the networks whose weights are copied
   */
  static CopiedFolder offered(SparkContext context, Checkpoint checkpoint, Set<Component> needed) {
    Path folder = checkpoint.folder();
    List<CopiedFile> files = new ArrayList<>();
    for (Path file : files(checkpoint, needed)) {
      String name = folder.relativize(file).toString().replace('\\', '/');
      files.add(new CopiedFile(name, DriverFile.offered(context, file)));
    }
    return new CopiedFolder(path(folder), files);
  }

  /** What is read of a folder: weights come in several formats of which one is. */
  private static List<Path> files(Checkpoint checkpoint, Set<Component> needed) {
    List<Path> files = new ArrayList<>(List.of(checkpoint.path("model_index.json")));
    for (String component : checkpoint.modelIndex().components().keySet()) {
      Path folder = checkpoint.folder().resolve(component);
      Stream<Component> network =
          checkpoint.modelIndex().networks().stream().filter(n -> n.folder().equals(component));
      network
          .findFirst()
          .ifPresentOrElse(
              n -> {
                if (needed.contains(n)) {
                  files.addAll(list(folder, ".json"));
                  files.addAll(WeightsFolder.files(folder));
                }
              },
              () -> {
                if (component.startsWith("tokenizer") || component.equals("scheduler")) {
                  files.addAll(list(folder, ""));
                }
              });
    }
    return files;
  }

  private static List<Path> list(Path folder, String ending) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unreadable(folder.toString(), e);
    }
  }

  /**
   * A folder of a file system that all nodes reach.
   *
   * @param uri as Hadoop reads it, {@code s3a://bucket/model} for example
   */
  static CopiedFolder stored(String uri, Configuration configuration) {
    var root = new org.apache.hadoop.fs.Path(uri);
    var reached = new SerializableConfiguration(configuration);
    List<CopiedFile> files = new ArrayList<>();
    try {
      FileSystem system = root.getFileSystem(configuration);
      String prefix = system.makeQualified(root).toString() + "/";
      RemoteIterator<LocatedFileStatus> found = system.listFiles(root, true);
      while (found.hasNext()) {
        LocatedFileStatus file = found.next();
        String name = file.getPath().toString().substring(prefix.length());
        files.add(
            new CopiedFile(
                name,
                new StoredFile(
                    file.getPath().toString(),
                    file.getLen(),
                    file.getModificationTime(),
                    reached)));
      }
    } catch (FileNotFoundException e) {
      throw new InvalidInputException(
          "%s does not exist; give a checkpoint in diffusers' layout.".formatted(uri), e);
    } catch (IOException e) {
      throw unreadable(uri, e);
    }
    files.sort((a, b) -> a.path().compareTo(b.path()));
    return new CopiedFolder(path(Path.of(root.toUri().getPath())), files);
  }

  /** A hub's snapshot is named by the folders around it. */
  private static String path(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    int names = absolute.getNameCount();
    int kept = HubCache.repositoryOf(absolute).isPresent() ? Math.min(3, names) : 1;
    return absolute.subpath(names - kept, names).toString();
  }

  /** The copy on a node, made if it is not there. */
  Path on(NodeCache node) {
    return node.folder(
            id(),
            part -> {
              for (CopiedFile file : files) {
                Path target = part.resolve(path).resolve(file.path());
                Files.createDirectories(target.getParent());
                file.origin().copyTo(target);
              }
            })
        .resolve(path);
  }

  /** The same for the same files only. */
  private String id() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(path.getBytes(StandardCharsets.UTF_8));
      for (CopiedFile file : files) {
        String line = "\n%s %s".formatted(file.path(), file.origin().content());
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, ID_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }

  private static InvalidInputException unreadable(String path, IOException e) {
    return new InvalidInputException(
        "Cannot read %s (%s); check the path and its permissions."
            .formatted(path, AtomicFile.reason(e)),
        e);
  }
}
