package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.TensorFile;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** Weights that lie in files, whatever their format, the names there and how they are divided. */
public final class StoredWeights implements WeightSource {

  private final Path path;
  private final Map<String, TensorLocation> locations;
  private final Set<String> read = new HashSet<>();

  /**
   * @param path of what was opened, for messages
   * @param locations by the names that networks ask for, or those once published instead; the files
   *     are closed with this object
   */
  public StoredWeights(Path path, Map<String, TensorLocation> locations) {
    this.path = path;
    this.locations = Collections.unmodifiableMap(new LinkedHashMap<>(locations));
  }

  /** Where each tensor lies, by name, in the order of the files. */
  public Map<String, TensorLocation> locations() {
    return locations;
  }

  @Override
  public boolean has(String name) {
    return PublishedNames.of(name).anyMatch(locations::containsKey);
  }

  @Override
  public Tensor read(String name, long... shape) {
    return get(name, shape, TensorLocation::read);
  }

  @Override
  public Tensor copy(String name, long... shape) {
    return get(name, shape, TensorLocation::copy);
  }

  private Tensor get(String name, long[] shape, Function<TensorLocation, Tensor> way) {
    String stored =
        PublishedNames.of(name)
            .filter(locations::containsKey)
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "%s lacks tensor '%s' of shape %s; is it complete, and config.json that of these weights?"
                            .formatted(path, name, Arrays.toString(shape))));
    TensorLocation location = locations.get(stored);
    long[] found = location.shape();
    if (!PublishedNames.sameNumbers(found, shape)) {
      throw new InvalidInputException(
          "Tensor '%s' in %s has shape %s where config.json implies %s; is it the config of these weights?"
              .formatted(
                  location.name(),
                  location.file().path(),
                  Arrays.toString(found),
                  Arrays.toString(shape)));
    }
    read.add(stored);
    try (var scope = new TensorScope()) {
      return scope.keep(way.apply(location).reshape(shape));
    }
  }

  @Override
  public List<String> unread(String prefix) {
    return locations.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .filter(name -> !read.contains(name) && !PublishedNames.isHarmless(name))
        .toList();
  }

  @Override
  public List<Path> files() {
    return locations.values().stream()
        .map(location -> location.file().path())
        .distinct()
        .sorted()
        .toList();
  }

  @Override
  public String description() {
    return path.toString();
  }

  @Override
  public void close() {
    locations.values().stream().map(TensorLocation::file).distinct().forEach(TensorFile::close);
  }
}
