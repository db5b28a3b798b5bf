package io.chiaroscuro.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One commit of a repository, as far as it is in the cache.
 *
 * @param repository {@code org/name}
 * @param commit 40 hexadecimal digits
 * @param revisions the branches and tags last seen at it
 * @param kind what it is: a pipeline's or network's Python class, {@code LoRA}, {@code embedding},
 *     {@code tokenizer}, or {@code files}
 * @param files how many of its files are here
 * @param bytes how large they are
 * @param folder where they lie
 */
public record CachedModel(
    String repository,
    String commit,
    List<String> revisions,
    String kind,
    int files,
    long bytes,
    Path folder) {

  public CachedModel {
    revisions = List.copyOf(revisions);
  }

  static Stream<CachedModel> in(String name, CachedRepository repository) {
    Map<String, String> refs = repository.refs();
    return repository.commits().stream()
        .map(
            commit -> {
              Path folder = repository.snapshot(commit);
              Set<String> files = repository.files(commit);
              return new CachedModel(
                  name,
                  commit,
                  refs.keySet().stream().filter(ref -> refs.get(ref).equals(commit)).toList(),
                  kind(folder, files),
                  files.size(),
                  files.stream().mapToLong(file -> size(folder.resolve(file))).sum(),
                  folder);
            });
  }

  private static String kind(Path folder, Set<String> files) {
    for (String config : List.of("model_index.json", "config.json")) {
      if (files.contains(config)) {
        JsonNode json = json(folder.resolve(config));
        String className = json.path("_class_name").asText(json.at("/architectures/0").asText());
        if (!className.isEmpty()) {
          return className;
        }
      }
    }
    if (Wanted.LORA.usualFiles().stream().anyMatch(files::contains)) {
      return "LoRA";
    }
    if (Wanted.EMBEDDING.usualFiles().stream().anyMatch(files::contains)) {
      return "embedding";
    }
    return files.contains("merges.txt") || files.contains("tokenizer.json") ? "tokenizer" : "files";
  }

  /** Whose file it is not our business to judge here: what is no JSON tells nothing. */
  private static JsonNode json(Path file) {
    try {
      return new JsonMapper().readTree(file.toFile());
    } catch (IOException e) {
      return new JsonMapper().createObjectNode();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // Deleted meanwhile.
    }
  }
}
