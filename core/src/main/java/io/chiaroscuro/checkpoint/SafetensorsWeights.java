package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights in a network's folder as diffusers and transformers write them: one safetensors file, or
 * several named by an index; plain names before those of the {@code fp16} variant.
 */
public final class SafetensorsWeights implements WeightSource {

  private static final List<String> STEMS = List.of("diffusion_pytorch_model", "model");

  /** In order of preference; the index is named in two ways by different versions. */
  private static final List<String> ENDINGS =
      List.of(
          ".safetensors",
          ".safetensors.index.json",
          ".fp16.safetensors",
          ".safetensors.index.fp16.json",
          ".fp16.safetensors.index.json");

  private final Path path;
  private final Map<String, SafetensorsFile> fileOf;
  private final Set<String> read = new HashSet<>();

  private SafetensorsWeights(Path path, Map<String, SafetensorsFile> fileOf) {
    this.path = path;
    this.fileOf = fileOf;
  }

  /**
   * Opens what {@code folder} holds and checks the headers; nothing is read yet.
   *
   * @throws InvalidInputException if there are no safetensors files, a shard is missing or damaged
   */
  public static SafetensorsWeights open(Path folder) {
    Path path = locate(folder);
    return path.getFileName().toString().endsWith(".json") ? openShards(path) : openSingle(path);
  }

  /**
   * The files that {@link #open} would read.
   *
   * @throws InvalidInputException if there are none
   */
  public static List<Path> files(Path folder) {
    Path path = locate(folder);
    if (!path.getFileName().toString().endsWith(".json")) {
      return List.of(path);
    }
    return new HashSet<>(shardNames(path).values()).stream().sorted().map(folder::resolve).toList();
  }

  private static Path locate(Path folder) {
    for (String ending : ENDINGS) {
      for (String stem : STEMS) {
        Path path = folder.resolve(stem + ending);
        if (Files.isRegularFile(path)) {
          return path;
        }
      }
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "%s does not exist; a checkpoint needs this folder.".formatted(folder));
    }
    throw new InvalidInputException(
        hasPickles(folder)
            ? "%s holds only PyTorch .bin weights, which are programs and not opened here; convert them to safetensors (diffusers: save_pretrained(..., safe_serialization=True))."
                .formatted(folder)
            : "%s holds no weights; expected %s.safetensors or %s.safetensors there."
                .formatted(folder, STEMS.get(0), STEMS.get(1)));
  }

  private static boolean hasPickles(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(
          file -> file.toString().endsWith(".bin") || file.toString().endsWith(".ckpt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SafetensorsWeights openSingle(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();
    file.entries().keySet().forEach(name -> fileOf.put(name, file));
    return new SafetensorsWeights(path, fileOf);
  }

  private static SafetensorsWeights openShards(Path index) {
    Map<String, SafetensorsFile> shards = new LinkedHashMap<>();
    Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();
    shardNames(index)
        .forEach(
            (name, shard) -> {
              SafetensorsFile file =
                  shards.computeIfAbsent(shard, s -> SafetensorsFile.open(index.resolveSibling(s)));
              if (!file.entries().containsKey(name)) {
                throw new InvalidInputException(
                    "%s places tensor '%s' in %s, which lacks it; fetch both again."
                        .formatted(index, name, shard));
              }
              fileOf.put(name, file);
            });
    return new SafetensorsWeights(index, fileOf);
  }

  private static Map<String, String> shardNames(Path index) {
    JsonNode map = ConfigFile.tree(index).path("weight_map");
    Map<String, String> shards = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String shard = entry.getValue().asText();
      if (!shard.matches("[\\w.-]+\\.safetensors")) {
        throw new InvalidInputException(
            "%s: field 'weight_map' names '%s', which is no safetensors file beside it."
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

  @Override
  public boolean has(String name) {
    return PublishedNames.of(name).anyMatch(fileOf::containsKey);
  }

  @Override
  public Tensor read(String name, long... shape) {
    String stored =
        PublishedNames.of(name)
            .filter(fileOf::containsKey)
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "%s lacks tensor '%s' of shape %s; is it complete, and config.json that of these weights?"
                            .formatted(path, name, Arrays.toString(shape))));
    SafetensorsFile file = fileOf.get(stored);
    long[] found = file.entries().get(stored).shape();
    if (!PublishedNames.sameNumbers(found, shape)) {
      throw new InvalidInputException(
          "Tensor '%s' in %s has shape %s where config.json implies %s; is it the config of these weights?"
              .formatted(stored, file.path(), Arrays.toString(found), Arrays.toString(shape)));
    }
    read.add(stored);
    try (var scope = new TensorScope()) {
      return scope.keep(file.tensor(stored).view(shape));
    }
  }

  @Override
  public List<String> unread(String prefix) {
    return fileOf.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .filter(name -> !read.contains(name) && !PublishedNames.isHarmless(name))
        .toList();
  }

  @Override
  public String description() {
    return path.toString();
  }

  @Override
  public void close() {
    new HashSet<>(fileOf.values()).forEach(SafetensorsFile::close);
  }
}
