package io.chiaroscuro.server.light;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.server.json.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Statistics by name: some that are always there, and those that users built, a folder each.
 *
 * <p>A name is letters, digits, dots, dashes and underscores, so that it can be a folder's; what is
 * asked for is looked up among the names there are and never becomes a path itself.
 */
public final class StatisticsShelf {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final Path folder;
  private final Map<String, Path> given;

  /**
   * @param folder of what users build; made when it is needed
   * @param given those that are always there, by name
   */
  public StatisticsShelf(Path folder, Map<String, Path> given) {
    this.folder = folder;
    this.given = new TreeMap<>(given);
  }

  /** All names, in order. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>(given.keySet());
    if (Files.isDirectory(folder)) {
      try (Stream<Path> folders = Files.list(folder)) {
        folders
            .filter(LeakStatistics::exist)
            .map(path -> path.getFileName().toString())
            .forEach(names::add);
      } catch (IOException e) {
        throw new InvalidInputException(
            "Cannot read the statistics' folder (%s).".formatted(AtomicFile.reason(e)), e);
      }
    }
    return names;
  }

  /** Whether there are statistics of that name. */
  public boolean has(String name) {
    return names().contains(name);
  }

  /** Whether they are among those that are always there. */
  public boolean isGiven(String name) {
    return given.containsKey(name);
  }

  /**
   * Where the statistics of that name lie.
   *
   * @param field that named them, for messages
   * @throws RefusedException if there are none
   */
  public Path find(String name, String field) {
    if (!has(name)) {
      throw new RefusedException(
          field,
          "There are no statistics '%s'; choose among %s."
              .formatted(name, String.join(", ", names())));
    }
    return given.getOrDefault(name, folder.resolve(name));
  }

  /** The statistics of that name; they belong to the caller. */
  public LeakStatistics read(String name, String field) {
    return LeakStatistics.read(find(name, field));
  }

  /**
   * A folder for new statistics.
   *
   * @throws RefusedException if the name cannot be a folder's, or is taken
   */
  public Path reserve(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new RefusedException(
          "name",
          "'%s' is no name; give up to 64 letters, digits, dots, dashes and underscores."
              .formatted(name));
    }
    if (has(name)) {
      throw new RefusedException(
          "name", "There are statistics '%s' already; choose another name.".formatted(name));
    }
    return folder.resolve(name);
  }

  /**
   * Removes statistics that users built, finished or not.
   *
   * @throws RefusedException if they are among those that are always there
   */
  public void discard(String name) {
    if (isGiven(name)) {
      throw new RefusedException(
          "name", "The statistics '%s' belong to a model and stay.".formatted(name));
    }
    Path statistics = folder.resolve(name);
    try (Stream<Path> files = Files.list(statistics)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(statistics);
    } catch (NoSuchFileException e) {
      // Nothing was written yet.
    } catch (IOException e) {
      throw new InvalidInputException(
          "The statistics '%s' cannot be deleted (%s).".formatted(name, AtomicFile.reason(e)), e);
    }
  }
}
