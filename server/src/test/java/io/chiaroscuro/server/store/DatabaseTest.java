package io.chiaroscuro.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

  @TempDir private Path folder;

  @Test
  void isWrittenAheadAndKnowsItsVersion() {
    try (var database = new Database(folder)) {
      assertThat(pragma(database, "journal_mode")).isEqualTo("wal");
      assertThat(pragma(database, "user_version")).isEqualTo("1");
    }
    try (var again = new Database(folder)) {
      assertThat(new JobRecords(again).latest(5)).isEmpty();
    }
  }

  @Test
  void refusesWhatALaterVersionWrote() {
    try (var database = new Database(folder)) {
      database.with(handle -> handle.execute("PRAGMA user_version = 99"));
    }
    assertThatThrownBy(() -> new Database(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("later version");
  }

  @Test
  void refusesWhatIsNoDatabase() throws Exception {
    Files.writeString(
        folder.resolve("studio.db"), "this is not a database, whatever its name says");
    assertThatThrownBy(() -> new Database(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("studio.db");
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> new Database(file)).isInstanceOf(InvalidInputException.class);
  }

  private static String pragma(Database database, String name) {
    return database.with(handle -> handle.createQuery("PRAGMA " + name).mapTo(String.class).one());
  }
}
