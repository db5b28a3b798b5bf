package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A repository's folder in the cache: contents in {@code blobs} under their ETag, for each commit a
 * folder in {@code snapshots} with links to them, and in {@code refs} the commit that each branch
 * or tag was last seen at.
 */
record CachedRepository(Path folder) {

  private static final String SNAPSHOTS = "snapshots";

  Path blobs() {
    return folder.resolve("blobs");
  }

  Path snapshot(String commit) {
    return folder.resolve(SNAPSHOTS).resolve(commit);
  }

  /** The commit that a revision was last seen at. */
  Optional<String> commit(String revision) {
    if (ModelName.isCommit(revision)) {
      return Optional.of(revision);
    }
    return read(folder.resolve("refs").resolve(revision));
  }

  /** What each branch and tag was last seen at. */
  Map<String, String> refs() {
    Map<String, String> refs = new TreeMap<>();
    Path root = folder.resolve("refs");
    for (String revision : files(root)) {
      read(root.resolve(revision)).ifPresent(commit -> refs.put(revision, commit));
    }
    return refs;
  }

  private static Optional<String> read(Path ref) {
    try {
      return Optional.of(Files.readString(ref).strip()).filter(ModelName::isCommit);
    } catch (IOException e) {
      return Optional.empty(); // Never seen, or not by us.
    }
  }

  /** The commits of which there are files. */
  SortedSet<String> commits() {
    try (Stream<Path> folders = Files.list(folder.resolve(SNAPSHOTS))) {
      SortedSet<String> commits = new TreeSet<>();
      folders.map(path -> path.getFileName().toString()).forEach(commits::add);
      return commits;
    } catch (IOException e) {
      return new TreeSet<>();
    }
  }

  /** The files of a commit that are here, with slashes. */
  SortedSet<String> files(String commit) {
    return files(snapshot(commit));
  }

  private static SortedSet<String> files(Path root) {
    SortedSet<String> names = new TreeSet<>();
    if (!Files.isDirectory(root)) {
      return names;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      paths
          .filter(Files::isRegularFile) // Links that lead nowhere are none.
          .map(path -> root.relativize(path).toString().replace('\\', '/'))
          .forEach(names::add);
      return names;
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check its permissions.".formatted(root, AtomicFile.reason(e)), e);
    }
  }

  void remember(String revision, String commit) {
    if (!ModelName.isCommit(revision) && !commit(revision).equals(Optional.of(commit))) {
      AtomicFile.write(
          folder.resolve("refs").resolve(revision),
          temporary -> Files.writeString(temporary, commit));
    }
  }

  /**
   * Lets a file of a snapshot be that blob: a relative link, so that the cache may be moved. Where
   * there are no links the file itself moves there, as with huggingface_hub.
   *
   * @throws InvalidInputException if neither can be done
   */
  void place(String commit, String file, Path blob, boolean symlinks) {
    Path target = snapshot(commit).resolve(file);
    try {
      Files.createDirectories(target.getParent());
      if (Files.isSymbolicLink(target) && !Files.exists(target)) {
        Files.delete(target); // It led to a blob that somebody has deleted.
      }
      if (!symlinks || !link(target, blob)) {
        Files.move(blob, target);
      }
    } catch (FileAlreadyExistsException e) {
      // Somebody else, Python perhaps, was quicker with the same.
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot write %s (%s); check its folder's permissions or set HF_HOME to another folder."
              .formatted(target, AtomicFile.reason(e)),
          e);
    }
  }

  private static boolean link(Path target, Path blob) throws FileAlreadyExistsException {
    try {
      Files.createSymbolicLink(target, target.getParent().relativize(blob));
      return true;
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      return Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
