package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.EOFException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Fetches one blob: into a partial file beside it, from where an earlier attempt ended, and only
 * what has the right checksum is moved into place.
 */
final class BlobDownload {

  /** A name of our own: Python's partial files are Python's, see {@link Fetch}. */
  private static final String PARTIAL = ".chiaroscuro.incomplete";

  private static final int PARTIAL_CONTENT = 206;

  private final HubConnection connection;
  private final HubConfig config;
  private final ModelName name;
  private final String commit;
  private final RemoteFile file;
  private final Path blob;
  private final Path partial;
  private final DownloadListener listener;

  BlobDownload(
      HubConnection connection,
      HubConfig config,
      ModelName name,
      String commit,
      RemoteFile file,
      Path blob,
      DownloadListener listener) {
    this.connection = connection;
    this.config = config;
    this.name = name;
    this.commit = commit;
    this.file = file;
    this.blob = blob;
    this.partial = partial(blob);
    this.listener = listener;
  }

  /** How much of a blob an earlier attempt has fetched. */
  static long fetched(Path blob) {
    try {
      return Files.size(partial(blob));
    } catch (IOException e) {
      return 0; // There was none.
    }
  }

  private static Path partial(Path blob) {
    return blob.resolveSibling(blob.getFileName() + PARTIAL);
  }

  /**
   * Fetches what is missing; the caller holds the lock.
   *
   * @throws HubUnavailableException if the connection broke too often; what came stays
   * @throws InvalidInputException if the disk is full, or the content is not what was promised
   */
  void run() {
    boolean resumed = fetched(blob) > 0;
    fetch();
    Optional<String> difference = difference();
    if (difference.isPresent() && resumed) {
      // What lay there may have been the fault.
      discard();
      fetch();
      difference = difference();
    }
    if (difference.isPresent()) {
      discard();
      throw new InvalidInputException(
          "%s/%s arrived damaged (%s) and was deleted; try again, and if it happens again look for a proxy that changes files."
              .formatted(name.repository(), file.path(), difference.get()));
    }
    try {
      Files.move(
          partial, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void fetch() {
    Attempts attempts = new Attempts(config.retries());
    try (FileChannel channel =
        FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (true) {
        long before = channel.size();
        try {
          append(channel);
          return;
        } catch (UnwritableException e) {
          throw e;
        } catch (IOException e) {
          if (channel.size() > before) {
            attempts.succeeded();
          }
          waitAfter(attempts, e);
        }
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void waitAfter(Attempts attempts, IOException failure) {
    try {
      attempts.waitAfter(failure);
    } catch (IOException e) {
      throw new HubUnavailableException(
          "%s/%s broke off (%s); run the same again to go on where it ended."
              .formatted(name.repository(), file.path(), AtomicFile.reason(e)),
          e);
    }
  }

  /** Distinguishes what the disk does from what the network does. */
  private static final class UnwritableException extends IOException {
    private static final long serialVersionUID = 1L;

    UnwritableException(IOException cause) {
      super(AtomicFile.reason(cause), cause);
    }
  }

  /** Takes one answer to its end. */
  private void append(FileChannel channel) throws IOException {
    long from = channel.size();
    if (file.sizeIsKnown() && from >= file.size()) {
      return;
    }
    HttpResponse<BodyChunks> response = connection.open(name, commit, file.path(), from);
    try (BodyChunks body = response.body()) {
      if (from > 0 && !continues(response, from)) {
        channel.truncate(0);
        listener.received(-from);
        if (response.statusCode() == HubAnswers.RANGE_NOT_SATISFIABLE) {
          throw new IOException("the hub cannot continue it");
        }
      }
      channel.position(channel.size());
      for (List<ByteBuffer> chunk = body.next();
          !chunk.isEmpty() && !isTooLong(channel);
          chunk = body.next()) {
        write(channel, chunk);
      }
    }
    if (file.sizeIsKnown() && channel.size() < file.size()) {
      throw new EOFException(
          "it ended after %d of %d bytes".formatted(channel.size(), file.size()));
    }
  }

  /** Content without end would fill the disk. */
  private boolean isTooLong(FileChannel channel) throws IOException {
    return file.sizeIsKnown() && channel.size() > file.size();
  }

  private static boolean continues(HttpResponse<?> response, long from) {
    return response.statusCode() == PARTIAL_CONTENT
        && response
            .headers()
            .firstValue("Content-Range")
            .filter(range -> range.startsWith("bytes %d-".formatted(from)))
            .isPresent();
  }

  private void write(FileChannel channel, List<ByteBuffer> chunk) throws UnwritableException {
    try {
      long bytes = 0;
      for (ByteBuffer buffer : chunk) {
        while (buffer.hasRemaining()) {
          bytes += channel.write(buffer);
        }
      }
      listener.received(bytes);
    } catch (IOException e) {
      throw new UnwritableException(e);
    }
  }

  /** What distinguishes the partial file from what was promised, if something does. */
  private Optional<String> difference() {
    try {
      long size = Files.size(partial);
      if (file.sizeIsKnown() && size != file.size()) {
        return Optional.of("%d bytes instead of %d".formatted(size, file.size()));
      }
      Optional<Checksum> checksum = Checksum.of(file.etag());
      if (checksum.isEmpty()) {
        return Optional.empty();
      }
      String found = checksum.get().of(partial);
      return found.equals(file.etag())
          ? Optional.empty()
          : Optional.of("%s %s instead of %s".formatted(checksum.get(), found, file.etag()));
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void discard() {
    listener.received(-fetched(blob));
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private InvalidInputException unwritable(IOException e) {
    return new InvalidInputException(
        "Cannot write %s (%s); make room, or set HF_HOME to a folder with more."
            .formatted(partial, AtomicFile.reason(e)),
        e);
  }
}
