package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.file.ProcessLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Brings files of one commit into the cache. */
final class Fetch {

  private static final double GIGA = 1e9;

  private final HubConnection connection;
  private final HubConfig config;
  private final HubCache cache;
  private final ModelName name;
  private final String commit;

  Fetch(HubConnection connection, HubConfig config, HubCache cache, ModelName name, String commit) {
    this.connection = connection;
    this.config = config;
    this.cache = cache;
    this.name = name;
    this.commit = commit;
  }

  /**
   * Fetches those of the files that are not here.
   *
   * @throws InvalidInputException if one of them cannot be fetched; the others before it stay
   */
  void missing(List<String> files, DownloadListener listener) {
    CachedRepository cached = cache.repository(name);
    List<RemoteFile> missing = new ArrayList<>();
    for (String file : files) {
      if (!isHere(cached, file)) {
        missing.add(connection.file(name, commit, file));
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    prepare(cached);
    long bytes = missing.stream().mapToLong(file -> toCome(cached, file)).sum();
    requireRoom(cached.blobs(), bytes);
    listener.begins(name, missing.size(), bytes);
    try {
      missing.forEach(file -> fetch(cached, file, listener));
    } finally {
      listener.ends();
    }
  }

  private boolean isHere(CachedRepository cached, String file) {
    return Files.isRegularFile(cached.snapshot(commit).resolve(file));
  }

  private void prepare(CachedRepository cached) {
    try {
      Files.createDirectories(cached.blobs());
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot write into the cache %s (%s); set HF_HOME to a folder that is writable."
              .formatted(config.cache(), AtomicFile.reason(e)),
          e);
    }
    cache.tag();
  }

  private static long toCome(CachedRepository cached, RemoteFile file) {
    Path blob = cached.blobs().resolve(file.etag());
    return Files.exists(blob) ? 0 : Math.max(0, file.size() - BlobDownload.fetched(blob));
  }

  private void requireRoom(Path folder, long bytes) {
    try {
      long room = Files.getFileStore(folder).getUsableSpace();
      if (bytes > room) {
        throw new InvalidInputException(
            "%s needs %s more and %s has room for %s; free some, or set HF_HOME to a folder on another disk."
                .formatted(name, gigabytes(bytes), folder, gigabytes(room)));
      }
    } catch (IOException e) {
      // A disk that does not tell its size says later that it is full.
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f GB", bytes / GIGA);
  }

  private void fetch(CachedRepository cached, RemoteFile file, DownloadListener listener) {
    Path blob = cached.blobs().resolve(file.etag());
    // Python's lock on the same file is of another kind, which ours does not see on every system:
    // that is why partial files have names of our own, and both move them into place in one step.
    try (ProcessLock lock =
        ProcessLock.take(
            cache.lock(name, file.etag()),
            "set HF_HOME to another folder",
            () -> listener.says("Another process is fetching %s; waiting.".formatted(name)))) {
      if (isHere(cached, file.path())) {
        return; // It came while we waited.
      }
      if (!Files.exists(blob)) {
        new BlobDownload(connection, config, name, commit, file, blob, listener).run();
      }
      cached.place(commit, file.path(), blob, config.symlinks());
    }
  }
}
