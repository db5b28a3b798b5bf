package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A folder that holds one network, as repositories of autoencoders are laid out: {@code
 * config.json} beside the weights.
 *
 * @param folder where it lies
 * @param className its Python class
 */
public record NetworkFolder(Path folder, String className) {

  /**
   * Finds a network.
   *
   * @param folder its own, or that of a checkpoint whose folder {@code vae} is its own
   * @param classNames the Python classes it may be of
   * @throws InvalidInputException if there is no such network
   */
  public static NetworkFolder of(Path folder, List<String> classNames) {
    String wanted = String.join(" or ", classNames);
    Path within = folder.resolve(Component.VAE.folder());
    Path own = Files.exists(within.resolve("config.json")) ? within : folder;
    Path config = own.resolve("config.json");
    if (!Files.isRegularFile(config)) {
      throw new InvalidInputException(
          "%s has no config.json; give the folder of an %s.".formatted(folder, wanted));
    }
    String found = ConfigFile.tree(config).path("_class_name").asText("nothing named");
    if (!classNames.contains(found)) {
      throw new InvalidInputException(
          "%s is of %s, but an %s is wanted; give another folder."
              .formatted(config, found, wanted));
    }
    return new NetworkFolder(own, found);
  }

  /**
   * Builds the network from its configuration's file and its weights, which are closed again if
   * that fails.
   *
   * @throws InvalidInputException if weights are missing or {@code network} refuses them
   */
  public <T> T build(DType dtype, Device device, BiFunction<Path, Weights, T> network) {
    Weights weights = Weights.open(folder, dtype, device);
    try {
      return network.apply(folder.resolve("config.json"), weights);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }
}
