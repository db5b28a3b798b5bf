package io.chiaroscuro.server.store;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * What the server remembers, in one SQLite file of the data folder. It is written ahead (WAL): a
 * killed process loses nothing that was committed. One server at a time has the folder.
 */
public final class Database implements AutoCloseable {

  /** Statements that lead from one version of the schema to the next. */
  private static final List<List<String>> VERSIONS =
      List.of(
          List.of(
              """
              CREATE TABLE jobs (
                id TEXT PRIMARY KEY,
                kind TEXT NOT NULL,
                request TEXT NOT NULL,
                state TEXT NOT NULL,
                step INTEGER NOT NULL,
                total INTEGER NOT NULL,
                created INTEGER NOT NULL,
                started INTEGER,
                finished INTEGER,
                results TEXT NOT NULL,
                error TEXT)
              """,
              "CREATE INDEX jobs_by_state ON jobs (state)",
              """
              CREATE TABLE pictures (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                job TEXT NOT NULL,
                created INTEGER NOT NULL,
                width INTEGER NOT NULL,
                height INTEGER NOT NULL,
                shows TEXT NOT NULL,
                brightness REAL NOT NULL,
                request TEXT NOT NULL)
              """,
              "CREATE INDEX pictures_by_job ON pictures (job)"));

  private final FileChannel lockFile;
  private final Connection connection;
  private final Jdbi jdbi;

  /**
   * Opens the database of a data folder, making what is missing.
   *
   * @throws InvalidInputException if another server has it, it cannot be written, or a later
   *     version of the program wrote it
   */
  public Database(Path folder) {
    lockFile = lock(folder);
    try {
      connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("studio.db"));
      jdbi = Jdbi.create(connection);
      jdbi.useHandle(
          handle -> {
            handle.execute("PRAGMA journal_mode = WAL");
            handle.execute("PRAGMA synchronous = NORMAL");
          });
      jdbi.useHandle(Database::migrate);
    } catch (SQLException | JdbiException e) {
      unlock();
      throw new InvalidInputException(
          "Cannot use the database studio.db in %s (%s); move it away or choose another folder."
              .formatted(folder, e.getMessage().lines().findFirst().orElse("")),
          e);
    } catch (RuntimeException e) {
      unlock();
      throw e;
    }
  }

  private static FileChannel lock(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        throw new InvalidInputException(
            "Another server uses the data folder %s; stop it, or choose another folder."
                .formatted(folder));
      }
      return channel;
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot use the data folder %s (%s); choose one that is writable."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static void migrate(Handle handle) {
    int version = handle.createQuery("PRAGMA user_version").mapTo(Integer.class).one();
    if (version > VERSIONS.size()) {
      throw new InvalidInputException(
          "The data folder is of a later version of Chiaroscuro (%d, this one knows %d); choose another folder."
              .formatted(version, VERSIONS.size()));
    }
    for (int next = version; next < VERSIONS.size(); next++) {
      int current = next;
      handle.useTransaction(
          transaction -> {
            VERSIONS.get(current).forEach(transaction::execute);
            transaction.execute("PRAGMA user_version = " + (current + 1));
          });
    }
  }

  /** Asks or changes something; one at a time. */
  synchronized <T> T with(Function<Handle, T> statements) {
    return jdbi.withHandle(statements::apply);
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("The database does not close.", e);
    } finally {
      unlock();
    }
  }

  private void unlock() {
    try {
      lockFile.close();
    } catch (IOException e) {
      // The process that ends releases it.
    }
  }
}
