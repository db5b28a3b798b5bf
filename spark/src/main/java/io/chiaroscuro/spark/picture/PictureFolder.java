package io.chiaroscuro.spark.picture;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.ImageFolder;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A folder of pictures, on any file system that Hadoop reaches, as a table. */
public final class PictureFolder {

  /** So many that a task which must be repeated loses minutes, not hours. */
  private static final int PICTURES_PER_TASK = 512;

  /** Tasks for each that runs at a time: those that end early find another. */
  private static final int TASKS_PER_SLOT = 4;

  /** With more of them than this, the driver has more to do than the executors. */
  private static final int MOST_TASKS = 20_000;

  private static final StructType SCHEMA =
      new StructType()
          .add(PictureTable.INDEX, DataTypes.LongType, false)
          .add(PictureTable.PATH, DataTypes.StringType, false);

  private PictureFolder() {}

  /**
   * The pictures in a folder and the folders below it, as {@link ImageFolder#list} lists them: the
   * same files in the same order, so that the table's {@value PictureTable#INDEX} is a single
   * machine's.
   *
   * @param uri as Hadoop reads it, {@code s3a://bucket/photos} for example
   * @return the columns {@value PictureTable#INDEX} and {@value PictureTable#PATH}
   * @throws InvalidInputException if it cannot be read or holds no picture
   */
  public static Dataset<Row> list(SparkSession session, String uri) {
    List<String> paths = paths(session, uri);
    int slots = session.sparkContext().defaultParallelism();
    int bySize = Math.min(MOST_TASKS, (paths.size() - 1) / PICTURES_PER_TASK + 1);
    return table(session, paths, Math.max(bySize, TASKS_PER_SLOT * slots));
  }

  /**
   * As {@link #list(SparkSession, String)}.
   *
   * @param partitions into which the table is divided, if there are as many pictures
   */
  public static Dataset<Row> list(SparkSession session, String uri, int partitions) {
    return table(session, paths(session, uri), partitions);
  }

  private static Dataset<Row> table(SparkSession session, List<String> paths, int partitions) {
    List<Row> rows = new ArrayList<>(paths.size());
    for (String path : paths) {
      rows.add(RowFactory.create((long) rows.size(), path));
    }
    var context = JavaSparkContext.fromSparkContext(session.sparkContext());
    return session.createDataFrame(
        context.parallelize(rows, Math.min(partitions, rows.size())), SCHEMA);
  }

  private static List<String> paths(SparkSession session, String uri) {
    try {
      Path folder = new Path(uri);
      FileSystem system = folder.getFileSystem(session.sparkContext().hadoopConfiguration());
      List<String> paths = new ArrayList<>();
      collect(system, folder, paths);
      if (paths.isEmpty()) {
        throw new InvalidInputException(
            "The folder '%s' holds no image; JPEG, PNG, WebP, BMP, GIF and TIFF files are known by their suffix."
                .formatted(uri));
      }
      paths.sort(Comparator.naturalOrder());
      return paths;
    } catch (FileNotFoundException e) {
      throw new InvalidInputException(
          "There is no folder '%s'; name one that exists.".formatted(uri), e);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException("'%s' is no path (%s).".formatted(uri, e.getMessage()), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read the folder '%s' (%s).".formatted(uri, AtomicFile.reason(e)), e);
    }
  }

  /**
   * Not by {@link FileSystem#listFiles}: on a local disk that asks for every file's owner, for
   * which Hadoop starts a process each time.
   */
  private static void collect(FileSystem system, Path folder, List<String> paths)
      throws IOException {
    for (FileStatus found : system.listStatus(folder)) {
      Path path = found.getPath();
      if (found.isDirectory()) {
        collect(system, path, paths);
      } else if (ImageFolder.isImage(path.getName())) {
        paths.add(path.toString());
      }
    }
  }
}
