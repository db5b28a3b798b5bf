package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/** The class path that executors need beside Spark's own. */
final class OwnJars {

  private OwnJars() {}

  /** Whether executors get them without our doing, by {@code spark-submit} for example. */
  static boolean areThere(SparkConf conf) {
    return conf.contains("spark.jars") || Boolean.getBoolean("SPARK_SUBMIT");
  }

  /**
   * What is on the class path of this process and does not lie beside Spark's own jars; folders of
   * classes as jars.
   */
  static List<String> list() {
    Path sparks = sparksFolder();
    List<String> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry).toAbsolutePath();
      if (Files.isDirectory(path)) {
        jars.add(packed(path).toUri().toString());
      } else if (Files.exists(path) && !sparks.equals(path.getParent())) {
        jars.add(path.toUri().toString());
      }
    }
    return jars;
  }

  private static Path sparksFolder() {
    try {
      return Path.of(SparkContext.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toAbsolutePath()
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("A class path is made of valid addresses.", e);
    }
  }

  private static Path packed(Path folder) {
    try {
      Path jar = Files.createTempFile("chiaroscuro-classes", ".jar");
      jar.toFile().deleteOnExit();
      try (var out = new JarOutputStream(Files.newOutputStream(jar));
          Stream<Path> paths = Files.walk(folder)) {
        for (Path file : (Iterable<Path>) paths.filter(Files::isRegularFile).sorted()::iterator) {
          out.putNextEntry(new JarEntry(folder.relativize(file).toString().replace('\\', '/')));
          Files.copy(file, out);
          out.closeEntry();
        }
      }
      return jar;
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot pack the classes in %s for the cluster (%s); build the product's jars."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    }
  }
}
