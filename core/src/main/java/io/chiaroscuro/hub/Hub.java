package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The Hugging Face hub: finds what a name stands for in the cache, and fetches what is missing.
 *
 * <pre>{@code
 * var hub = new Hub(HubConfig.of(System.getenv(), Path.of(System.getProperty("user.home"))));
 * Path folder = hub.resolve("org/name", Wanted.CHECKPOINT, DownloadListener.NONE);
 * }</pre>
 */
public final class Hub {

  private final HubConfig config;
  private final HubCache cache;
  private HubConnection connection;

  public Hub(HubConfig config) {
    this.config = config;
    this.cache = new HubCache(config.cache());
  }

  /** What is on this disk. */
  public HubCache cache() {
    return cache;
  }

  /**
   * The path that a word stands for: a file or folder of that name if there is one, otherwise what
   * the hub has under it, fetched if need be.
   *
   * @throws InvalidInputException if it is neither, or cannot be fetched
   */
  public Path resolve(String nameOrPath, Wanted wanted, DownloadListener listener) {
    Optional<Path> local = local(nameOrPath);
    if (local.isPresent()) {
      return local.get();
    }
    return find(name(nameOrPath, wanted), Optional.of(wanted), Optional.empty(), listener).path();
  }

  /** The file or folder of that name, if there is one: it comes before whatever the hub has. */
  public static Optional<Path> local(String nameOrPath) {
    try {
      return Optional.of(Path.of(nameOrPath)).filter(Files::exists);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static ModelName name(String nameOrPath, Wanted wanted) {
    try {
      return ModelName.parse(nameOrPath);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          "%s does not exist; give %s, or a name on the hub like %s."
              .formatted(nameOrPath, wanted.phrase(), wanted.example()),
          e);
    }
  }

  /**
   * What the cache has under a name, if it is all that belongs to it; asks nobody.
   *
   * @return a folder, or the one file; empty also where {@code name} is none
   */
  public Optional<Path> cached(String name) {
    ModelName parsed;
    try {
      parsed = ModelName.parse(name);
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
    CachedRepository cached = cache.repository(parsed);
    return cached
        .commit(parsed.revision())
        .flatMap(commit -> inCache(cached, commit, parsed, Optional.empty(), Optional.empty()))
        .map(PulledModel::path);
  }

  /**
   * Brings a model up to what the hub has now.
   *
   * @param variant of the weights, {@code fp16} for example
   * @throws InvalidInputException if it cannot be fetched
   */
  public PulledModel pull(ModelName name, Optional<String> variant, DownloadListener listener) {
    return find(name, Optional.empty(), variant, listener);
  }

  private PulledModel find(
      ModelName name,
      Optional<Wanted> wanted,
      Optional<String> variant,
      DownloadListener listener) {
    CachedRepository cached = cache.repository(name);
    Optional<String> lastSeen = cached.commit(name.revision());
    Optional<PulledModel> here =
        lastSeen.flatMap(commit -> inCache(cached, commit, name, wanted, variant));
    // What a pull asks for is what the hub has; everybody else can do with what is here.
    boolean dispensable = here.isPresent() && wanted.isPresent();
    if (here.isPresent() && config.offline()
        || dispensable && ModelName.isCommit(name.revision())) {
      return here.get();
    }
    if (config.offline()) {
      throw notInCache(name, lastSeen.isPresent());
    }
    try {
      RemoteRepository remote =
          connection().list(name, dispensable ? RetryPolicy.ONCE : config.retries());
      return bring(cached, remote, name, wanted, variant, listener);
    } catch (HubUnavailableException e) {
      if (!dispensable) {
        throw e;
      }
      listener.says(e.getMessage() + " Until then " + name + " is used as it is in the cache.");
      return here.get();
    }
  }

  private InvalidInputException notInCache(ModelName name, boolean inPart) {
    return new InvalidInputException(
        "HF_HUB_OFFLINE is set and the cache %s holds %s%s; unset it, or copy there what another machine pulled."
            .formatted(config.cache(), inPart ? "only a part of " : "no ", name));
  }

  /** What the cache has of a commit, if that is all that is needed. */
  private Optional<PulledModel> inCache(
      CachedRepository cached,
      String commit,
      ModelName name,
      Optional<Wanted> wanted,
      Optional<String> variant) {
    RepositoryFiles files = new RepositoryFiles(name, cached.files(commit));
    if (files.names().isEmpty()) {
      return Optional.empty();
    }
    try {
      Selection selection =
          select(
              files,
              wanted,
              variant,
              files.names(),
              cached.snapshot(commit).resolve(RepositoryFiles.MODEL_INDEX));
      return Optional.of(pulled(selection, cached, commit, name, 0));
    } catch (InvalidInputException e) {
      return Optional.empty(); // Not all of it.
    }
  }

  private PulledModel bring(
      CachedRepository cached,
      RemoteRepository remote,
      ModelName name,
      Optional<Wanted> wanted,
      Optional<String> variant,
      DownloadListener listener) {
    String commit = remote.commit();
    RepositoryFiles files = new RepositoryFiles(name, remote.files());
    Set<String> before = cached.files(commit);
    Fetch fetch = new Fetch(connection(), config, cache, name, commit);
    Path modelIndex = cached.snapshot(commit).resolve(RepositoryFiles.MODEL_INDEX);
    if (isPipeline(files, name, wanted)) {
      fetch.missing(List.of(RepositoryFiles.MODEL_INDEX), DownloadListener.NONE);
    }
    // A pull brings exactly what it was asked for; otherwise what is here in half precision does.
    Set<String> have = wanted.isPresent() ? before : Set.of();
    Selection selection = select(files, wanted, variant, have, modelIndex);
    fetch.missing(selection.files(), listener);
    cached.remember(name.revision(), commit);
    List<String> fetched = new ArrayList<>(selection.files());
    fetched.removeAll(before);
    return pulled(selection, cached, commit, name, fetched.size());
  }

  /**
   * @param files all that are needed
   * @param single the file that is meant, if it is one
   */
  private record Selection(List<String> files, Optional<String> single) {

    static Selection file(String file) {
      return new Selection(List.of(file), Optional.of(file));
    }

    static Selection folder(List<String> files) {
      return new Selection(files, Optional.empty());
    }
  }

  private static Selection select(
      RepositoryFiles files,
      Optional<Wanted> wanted,
      Optional<String> variant,
      Set<String> have,
      Path modelIndex) {
    if (files.name().file().isPresent()) {
      return Selection.file(files.named(files.name().file().get()));
    }
    if (wanted.equals(Optional.of(Wanted.TOKENIZER))) {
      return Selection.folder(files.tokenizer());
    }
    if (isPipeline(files, files.name(), wanted)) {
      return Selection.folder(files.pipeline(modelIndex, variant, have));
    }
    if (files.isComponent() && wanted.orElse(Wanted.COMPONENT) == Wanted.COMPONENT) {
      return Selection.folder(files.component(variant, have));
    }
    List<String> usual = new ArrayList<>();
    for (Wanted kind : wanted.map(List::of).orElse(List.of(Wanted.values()))) {
      usual.addAll(kind.usualFiles());
    }
    return Selection.file(files.single(usual));
  }

  private static boolean isPipeline(
      RepositoryFiles files, ModelName name, Optional<Wanted> wanted) {
    return name.file().isEmpty()
        && files.isPipeline()
        && wanted.orElse(Wanted.CHECKPOINT) == Wanted.CHECKPOINT;
  }

  private static PulledModel pulled(
      Selection selection, CachedRepository cached, String commit, ModelName name, int fetched) {
    Path snapshot = cached.snapshot(commit);
    long bytes = 0;
    for (String file : selection.files()) {
      bytes += size(snapshot.resolve(file));
    }
    return new PulledModel(
        name,
        commit,
        selection.single().map(snapshot::resolve).orElse(snapshot),
        selection.files().size(),
        fetched,
        bytes);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check its permissions.".formatted(file, AtomicFile.reason(e)), e);
    }
  }

  private synchronized HubConnection connection() {
    if (connection == null) {
      connection = new HubConnection(config);
    }
    return connection;
  }
}
