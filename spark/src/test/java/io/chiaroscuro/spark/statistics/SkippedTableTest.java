package io.chiaroscuro.spark.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.pipeline.LatentStream.Skipped;
import io.chiaroscuro.spark.picture.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkippedTableTest {

  private static final List<Skipped<Picture>> SKIPPED =
      List.of(new Skipped<>(new Picture("/a \"b\".png", null, 0, null), "It is\nempty."));

  @TempDir private Path folder;

  @Test
  void attemptsOfATaskLeaveTheSameFileOnce() throws IOException {
    SkippedTable table = new SkippedTable(folder.toString(), new Configuration());
    table.begin();
    table.write(3, 17, SKIPPED);
    table.write(3, 18, SKIPPED);
    table.write(4, 19, List.of());
    table.end();

    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.startsWith("."))
          .containsExactly("part-00003.json");
    }
    assertThat(folder.resolve("part-00003.json"))
        .hasContent("{\"path\":\"/a \\\"b\\\".png\",\"reason\":\"It is\\nempty.\"}");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedBeforeAnyWork() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    SkippedTable table = new SkippedTable(file.resolve("skipped").toString(), new Configuration());

    assertThatThrownBy(table::begin)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("name a folder that is writable");
  }
}
