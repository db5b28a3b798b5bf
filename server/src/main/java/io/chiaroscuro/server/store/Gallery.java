package io.chiaroscuro.server.store;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.render.RenderedPicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The pictures that were made: a PNG file each, which says itself how it was made, and a row in the
 * database. The file is written first and whole, so no row is ever without its file.
 */
public final class Gallery {

  private static final String SUFFIX = ".png";

  private final Database database;
  private final Path folder;

  /**
   * Opens it, and removes files that a killed process left without a row.
   *
   * @param folder of the files; made where it is missing
   */
  public Gallery(Database database, Path folder) {
    this.database = database;
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      removeOrphans();
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot use the gallery's folder %s (%s).".formatted(folder, AtomicFile.reason(e)), e);
    }
  }

  private void removeOrphans() throws IOException {
    Set<String> known =
        database
            .with(handle -> handle.createQuery("SELECT id FROM pictures").mapTo(String.class).set())
            .stream()
            .map(id -> id + SUFFIX)
            .collect(Collectors.toSet());
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!known.contains(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
  }

  /**
   * Adds a picture.
   *
   * @param job that made it
   * @param number among the job's pictures
   * @return its id
   */
  public String add(String job, int number, RenderedPicture picture) {
    String id = "%s-%d".formatted(job, number);
    PngFile.write(file(id), picture.image(), picture.text());
    database.with(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO pictures (id, job, created, width, height, shows, brightness,
                        request)
                    VALUES (:id, :job, :created, :width, :height, :shows, :brightness, :request)
                    """)
                .bind("id", id)
                .bind("job", job)
                .bind("created", System.currentTimeMillis())
                .bind("width", picture.image().width())
                .bind("height", picture.image().height())
                .bind("shows", picture.shows())
                .bind("brightness", picture.brightness())
                .bind("request", Json.write(picture.request()))
                .execute());
    return id;
  }

  /** The picture of that id. */
  public Optional<Picture> find(String id) {
    return database.with(
        handle ->
            handle
                .createQuery("SELECT * FROM pictures WHERE id = :id")
                .bind("id", id)
                .map(Gallery::picture)
                .findOne());
  }

  /** The pictures of a job, in the order in which they were made. */
  public List<Picture> ofJob(String job) {
    return database.with(
        handle ->
            handle
                .createQuery("SELECT * FROM pictures WHERE job = :job ORDER BY number")
                .bind("job", job)
                .map(Gallery::picture)
                .list());
  }

  /**
   * The newest first.
   *
   * @param before the id of the picture that they are older than; empty to begin with the newest
   */
  public List<Picture> page(Optional<String> before, int limit) {
    return database.with(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM pictures
                    WHERE :before IS NULL
                        OR number < (SELECT number FROM pictures WHERE id = :before)
                    ORDER BY number DESC LIMIT :limit
                    """)
                .bind("before", before.orElse(null))
                .bind("limit", limit)
                .map(Gallery::picture)
                .list());
  }

  /** The PNG file of a picture that was found here. */
  public byte[] png(Picture picture) {
    try {
      return Files.readAllBytes(file(picture.id()));
    } catch (IOException e) {
      throw new InvalidInputException(
          "The picture %s cannot be read (%s).".formatted(picture.id(), AtomicFile.reason(e)), e);
    }
  }

  /** Removes a picture that was found here: first its row, then its file. */
  public void remove(Picture picture) {
    database.with(handle -> handle.execute("DELETE FROM pictures WHERE id = ?", picture.id()));
    try {
      Files.deleteIfExists(file(picture.id()));
    } catch (IOException e) {
      throw new InvalidInputException(
          "The picture %s cannot be deleted (%s).".formatted(picture.id(), AtomicFile.reason(e)),
          e);
    }
  }

  private Path file(String id) {
    return folder.resolve(id + SUFFIX);
  }

  private static Picture picture(ResultSet row, StatementContext context) throws SQLException {
    return new Picture(
        row.getString("id"),
        row.getString("job"),
        Instant.ofEpochMilli(row.getLong("created")),
        row.getInt("width"),
        row.getInt("height"),
        row.getString("shows"),
        row.getDouble("brightness"),
        Json.read(row.getString("request"), ImageRequest.class));
  }
}
