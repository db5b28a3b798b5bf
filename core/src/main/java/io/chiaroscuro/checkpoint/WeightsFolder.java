package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.TensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A network's folder as diffusers and transformers write it: one file of weights, or several named
 * by an index; safetensors before PyTorch's {@code .bin}, plain names before those of the {@code
 * fp16} variant.
 */
public final class WeightsFolder {

  private record Format(String extension, List<String> stems) {

    /** In order of preference; the index is named in two ways by different versions. */
    Stream<String> names() {
      return Stream.of(
              "%s.E",
              "%s.E.index.json", "%s.fp16.E", "%s.E.index.fp16.json", "%s.fp16.E.index.json")
          .map(ending -> ending.replace("E", extension))
          .flatMap(ending -> stems.stream().map(ending::formatted));
    }
  }

  private static final Format SAFETENSORS =
      new Format("safetensors", List.of("diffusion_pytorch_model", "model"));

  private static final Format PICKLE =
      new Format("bin", List.of("diffusion_pytorch_model", "pytorch_model"));

  private WeightsFolder() {}

  /**
   * Opens what {@code folder} holds and checks the headers; nothing is read yet.
   *
   * @throws InvalidInputException if there are no weights, a shard is missing or damaged, or a file
   *     would run code
   */
  public static StoredWeights open(Path folder) {
    Path path = locate(folder);
    return isIndex(path) ? openShards(path) : openSingle(path);
  }

  /**
   * The files that {@link #open} would read.
   *
   * @throws InvalidInputException if there are none
   */
  public static List<Path> files(Path folder) {
    Path path = locate(folder);
    if (!isIndex(path)) {
      return List.of(path);
    }
    return new HashSet<>(shardNames(path).values()).stream().sorted().map(folder::resolve).toList();
  }

  private static boolean isIndex(Path path) {
    return path.getFileName().toString().endsWith(".json");
  }

  private static Path locate(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "%s does not exist; a checkpoint needs this folder.".formatted(folder));
    }
    return Stream.of(SAFETENSORS, PICKLE)
        .flatMap(Format::names)
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s holds no weights; expected %s.safetensors or %s.safetensors there."
                        .formatted(
                            folder, SAFETENSORS.stems().get(0), SAFETENSORS.stems().get(1))));
  }

  private static StoredWeights openSingle(Path path) {
    TensorFile file = TensorFiles.open(path);
    Map<String, TensorLocation> locations = new LinkedHashMap<>();
    file.entries().keySet().forEach(name -> locations.put(name, TensorLocation.of(file, name)));
    return new StoredWeights(path, locations);
  }

  private static StoredWeights openShards(Path index) {
    Map<String, TensorFile> shards = new LinkedHashMap<>();
    Map<String, TensorLocation> locations = new LinkedHashMap<>();
    shardNames(index)
        .forEach(
            (name, shard) -> {
              TensorFile file =
                  shards.computeIfAbsent(shard, s -> TensorFiles.open(index.resolveSibling(s)));
              if (!file.entries().containsKey(name)) {
                throw new InvalidInputException(
                    "%s places tensor '%s' in %s, which lacks it; fetch both again."
                        .formatted(index, name, shard));
              }
              locations.put(name, TensorLocation.of(file, name));
            });
    return new StoredWeights(index, locations);
  }

  private static Map<String, String> shardNames(Path index) {
    JsonNode map = ConfigFile.tree(index).path("weight_map");
    Map<String, String> shards = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String shard = entry.getValue().asText();
      if (!shard.matches("[\\w.-]+\\.(safetensors|bin)")) {
        throw new InvalidInputException(
            "%s: field 'weight_map' names '%s', which is no file of weights beside it."
                .formatted(index, shard));
      }
      shards.put(entry.getKey(), shard);
    }
    if (shards.isEmpty()) {
      throw new InvalidInputException(
          "%s: field 'weight_map' is missing or empty; fetch the file again.".formatted(index));
    }
    return shards;
  }
}
