package io.chiaroscuro.demo;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.demo.EmbeddedIndex.Entry;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.file.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.List;
import java.util.Optional;

/**
 * The small model inside the product and what belongs to it, as files: libtorch maps weights from
 * files, so they are copied out of the jar into the user's cache when they are first wanted.
 *
 * <p>The cache's folder is named after what the files hold, so that another version's never get
 * mixed with them. Each file is written whole or not at all, and checked: by its hash when it is
 * written, by its size afterwards. Several processes may do this at the same time.
 */
public final class EmbeddedModel {

  /** Where all of it lies in the jar. */
  static final String RESOURCES = "io/chiaroscuro/demo/";

  /** The checkpoint's folder, and with it the model's name. */
  static final String CHECKPOINT = "chiaroscuro-demo";

  static final String LEAK = "leak";
  static final String FINE_TUNES = "fine-tunes";
  static final String REFERENCE = "reference";

  private final ClassLoader resources;
  private final EmbeddedIndex index;
  private final Path folder;

  /**
   * @param cache below which the files' own folder lies
   */
  EmbeddedModel(ClassLoader resources, Path cache) {
    this.resources = resources;
    try (InputStream text = resources.getResourceAsStream(RESOURCES + EmbeddedIndex.FILE)) {
      this.index = text == null ? new EmbeddedIndex(List.of()) : EmbeddedIndex.read(text);
    } catch (IOException e) {
      throw damaged(EmbeddedIndex.FILE, e);
    }
    this.folder = cache.resolve(index.hash());
  }

  /** The model of this build; nothing is copied yet. */
  public static EmbeddedModel ofThisBuild() {
    return new EmbeddedModel(EmbeddedModel.class.getClassLoader(), UserCache.folder());
  }

  /** Whether this build has a model inside. */
  public boolean isPresent() {
    return !index.below(CHECKPOINT).isEmpty();
  }

  /**
   * The checkpoint, a folder in diffusers' layout.
   *
   * @throws InvalidInputException if this build has none, or it cannot be copied into the cache
   */
  public Path checkpoint() {
    return unpacked(CHECKPOINT);
  }

  /**
   * The statistics of its signal leak, a folder as {@link io.chiaroscuro.leak.LeakStatistics#read}
   * takes it.
   *
   * @throws InvalidInputException if this build has none, or they cannot be copied into the cache
   */
  public Path leak() {
    return unpacked(LEAK);
  }

  /**
   * A fine-tune of the model, a file or a folder.
   *
   * @throws InvalidInputException if this build has none of that name, or it cannot be copied into
   *     the cache
   */
  public Path fineTune(String name) {
    return unpacked(FINE_TUNES + "/" + name);
  }

  /**
   * All fine-tunes, in one folder; empty if this build has none.
   *
   * @throws InvalidInputException if they cannot be copied into the cache
   */
  public Optional<Path> fineTunes() {
    return index.below(FINE_TUNES).isEmpty() ? Optional.empty() : Optional.of(unpacked(FINE_TUNES));
  }

  /**
   * What was measured of the data it was trained on, the folder that {@code demo --data-dir} wrote.
   *
   * @throws InvalidInputException if this build has none, or it cannot be copied into the cache
   */
  public Path reference() {
    return unpacked(REFERENCE);
  }

  private Path unpacked(String path) {
    List<Entry> entries = index.below(path);
    if (entries.isEmpty()) {
      throw new InvalidInputException(
          "This build has no embedded %s; name a folder of your own, for example with --model."
              .formatted(path.equals(CHECKPOINT) ? "model" : path));
    }
    entries.forEach(this::unpack);
    return folder.resolve(path);
  }

  private void unpack(Entry entry) {
    Path target = folder.resolve(entry.path());
    if (target.toFile().length() == entry.size()) {
      return;
    }
    try {
      AtomicFile.write(target, temporary -> copy(entry, temporary));
    } catch (InvalidInputException e) {
      throw e.getCause() instanceof IOException reason ? unwritable(reason) : e;
    }
  }

  private void copy(Entry entry, Path temporary) throws IOException {
    try (InputStream in = resources.getResourceAsStream(RESOURCES + entry.path())) {
      if (in == null) {
        throw damaged(entry.path(), null);
      }
      var digest = new DigestInputStream(in, EmbeddedIndex.sha256());
      try (var out = Files.newOutputStream(temporary)) {
        digest.transferTo(out);
      }
      if (!EmbeddedIndex.hexadecimal(digest.getMessageDigest().digest()).equals(entry.sha256())) {
        throw damaged(entry.path(), null);
      }
    }
  }

  private InvalidInputException unwritable(IOException reason) {
    return new InvalidInputException(
        "Cannot copy the embedded model into the cache %s (%s); set XDG_CACHE_HOME to a folder that is writable and has %d MB of room."
            .formatted(folder, AtomicFile.reason(reason), (index.bytes() >> 20) + 1),
        reason);
  }

  private static InvalidInputException damaged(String path, IOException reason) {
    return new InvalidInputException(
        "The embedded model's %s is damaged; build Chiaroscuro again from a fresh clone."
            .formatted(path),
        reason);
  }
}
