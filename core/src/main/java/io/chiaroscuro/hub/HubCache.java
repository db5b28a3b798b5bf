package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder in which the Hugging Face hub's clients of all languages keep what they fetched.
 *
 * @param folder {@code ~/.cache/huggingface/hub} unless the environment says otherwise; need not
 *     exist
 */
public record HubCache(Path folder) {

  private static final String PREFIX = "models--";
  private static final String SEPARATOR = "--";

  /** By which backup programs know what they need not keep; see bford.info/cachedir. */
  private static final String TAG =
      """
      Signature: 8a477f597d28d172789f06886806bc55
      # This file marks a cache directory of Hugging Face hub clients.
      """;

  /**
   * The repository that a path in some cache belongs to, {@code org/name}: for provenance, since
   * the folder of a snapshot itself is named by its commit.
   */
  public static Optional<String> repositoryOf(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    for (int i = 0; i + 1 < absolute.getNameCount(); i++) {
      String name = absolute.getName(i).toString();
      if (name.startsWith(PREFIX) && absolute.getName(i + 1).toString().equals("snapshots")) {
        return Optional.of(repository(name));
      }
    }
    return Optional.empty();
  }

  /**
   * What is in it, by name; models of other programs too.
   *
   * @throws InvalidInputException if it cannot be read
   */
  public List<CachedModel> models() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .filter(path -> path.getFileName().toString().startsWith(PREFIX))
          .sorted()
          .flatMap(
              path ->
                  CachedModel.in(
                      repository(path.getFileName().toString()), new CachedRepository(path)))
          .toList();
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read the cache %s (%s); check its permissions."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    }
  }

  CachedRepository repository(ModelName name) {
    return new CachedRepository(folder.resolve(folderName(name)));
  }

  Path lock(ModelName name, String blob) {
    return folder.resolve(".locks").resolve(folderName(name)).resolve(blob + ".lock");
  }

  /** Marks the folder as a cache, as huggingface_hub does. */
  void tag() {
    Path tag = folder.resolve("CACHEDIR.TAG");
    if (!Files.exists(tag)) {
      AtomicFile.write(
          tag, temporary -> Files.writeString(temporary, TAG, StandardCharsets.US_ASCII));
    }
  }

  private static String folderName(ModelName name) {
    return PREFIX + name.repository().replace("/", SEPARATOR);
  }

  private static String repository(String folderName) {
    return folderName.substring(PREFIX.length()).replace(SEPARATOR, "/");
  }
}
