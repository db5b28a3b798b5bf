package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.hub.HubCache;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/**
 * A folder in diffusers' layout: {@code model_index.json} and one folder a component.
 *
 * @param folder where it lies
 * @param modelIndex what its {@code model_index.json} says
 * @param sources where weights come from that are not the folder's own
 */
public record Checkpoint(Path folder, ModelIndex modelIndex, Map<Component, WeightSource> sources) {

  public Checkpoint {
    sources = Map.copyOf(sources);
  }

  /**
   * Opens a checkpoint; its networks are read when they are asked for.
   *
   * @throws InvalidInputException if the folder or its {@code model_index.json} is missing,
   *     malformed or of an unsupported pipeline
   */
  public static Checkpoint open(Path folder) {
    if (Files.isRegularFile(folder)) {
      throw new InvalidInputException(
          "%s is one file where a folder in diffusers' layout is needed; make one of it by 'chiaroscuro convert'."
              .formatted(folder));
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "%s is not a folder; give a checkpoint in diffusers' layout.".formatted(folder));
    }
    Path index = folder.resolve("model_index.json");
    if (!Files.isRegularFile(index)) {
      throw new InvalidInputException(
          "%s has no model_index.json; give a checkpoint in diffusers' layout.".formatted(folder));
    }
    return new Checkpoint(folder, ModelIndex.read(index), Map.of());
  }

  /** The same with a network's weights from elsewhere, whether the folder has some or not. */
  public Checkpoint withWeights(Component component, WeightSource source) {
    Map<Component, WeightSource> all = new EnumMap<>(Component.class);
    all.putAll(sources);
    all.put(component, source);
    return new Checkpoint(folder, modelIndex, all);
  }

  /**
   * What the hub calls it, or else the folder's own name, for provenance: where it lies is nobody
   * else's business.
   */
  public String name() {
    return HubCache.repositoryOf(folder)
        .orElseGet(() -> String.valueOf(folder.toAbsolutePath().normalize().getFileName()));
  }

  /**
   * A file of this checkpoint, by a name like {@code tokenizer/vocab.json}.
   *
   * @throws InvalidInputException if it is missing
   */
  public Path path(String name) {
    Path path = folder.resolve(name);
    if (!Files.exists(path)) {
      throw new InvalidInputException(
          "%s is missing; the checkpoint is incomplete, fetch it again.".formatted(path));
    }
    return path;
  }

  /** A network's {@code config.json}. */
  public Path config(Component component) {
    path(component.folder());
    return path(component.folder() + "/config.json");
  }

  /**
   * Opens a network's weights; float32 files used as float32 stay mapped, others are converted
   * tensor by tensor.
   *
   * @throws InvalidInputException if there are none, or they are damaged
   */
  public Weights weights(Component component, DType dtype, Device device) {
    WeightSource source = sources.get(component);
    return source == null
        ? Weights.open(path(component.folder()), dtype, device)
        : new Weights(source, dtype, device);
  }

  /**
   * Builds a network from its weights, which are closed again if that fails.
   *
   * @throws InvalidInputException if weights are missing or {@code network} refuses them
   */
  public <T> T build(
      Component component, DType dtype, Device device, Function<Weights, T> network) {
    Weights weights = weights(component, dtype, device);
    try {
      return network.apply(weights);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  /** A short name for exactly these weights and settings, see {@link ModelHash}. */
  public String hash() {
    return ModelHash.of(this);
  }
}
