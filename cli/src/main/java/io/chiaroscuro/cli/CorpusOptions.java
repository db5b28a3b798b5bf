package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Pictures as a cluster knows them, beside a folder. */
final class CorpusOptions {

  /** The column that a folder of pictures has in place of a table's. */
  static final String FOLDER = "folder";

  @Option(
      names = "--table",
      paramLabel = "FILE",
      description = {
        "With --spark, pictures as a table: Parquet, .csv with a header, or .json with an object a",
        "line. Its column path says where each lies, or its column content has the bytes."
      })
  private String table;

  @Option(
      names = "--group-by",
      paramLabel = "COLUMN",
      description = {
        "With --spark, statistics of each group of pictures, in folders of --output-dir: a column of",
        "the table or, with --data-dir, 'folder' for the folder each picture lies in."
      })
  private String groupBy;

  @Option(
      names = "--skipped",
      paramLabel = "FOLDER",
      description = "With --spark, where broken pictures are listed, as lines of JSON.")
  private String skipped;

  /**
   * @throws InvalidInputException if something was given that only a cluster has
   */
  void requireNone() {
    if (table != null || groupBy != null || skipped != null) {
      throw new InvalidInputException(
          "%s is for clusters; add --spark, with --spark='local[*]' for this machine alone."
              .formatted(table != null ? "--table" : groupBy != null ? "--group-by" : "--skipped"));
    }
  }

  Optional<String> table() {
    return Optional.ofNullable(table);
  }

  Optional<String> groupBy() {
    return Optional.ofNullable(groupBy);
  }

  boolean isGrouped() {
    return groupBy != null;
  }

  Optional<String> skipped() {
    return Optional.ofNullable(skipped);
  }

  /** Where a group's statistics are written; its name may be anything that a column holds. */
  String folder(String outputDir, String group) {
    return isGrouped()
        ? outputDir
            + "/"
            + URLEncoder.encode(group, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replaceFirst("^\\.", "%2E")
        : outputDir;
  }
}
