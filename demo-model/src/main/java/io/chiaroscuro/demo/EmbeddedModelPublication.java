package io.chiaroscuro.demo;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Puts a trained model into the sources of the product, from where {@link EmbeddedModel} takes it.
 * What is not published anew stays as it was.
 */
public final class EmbeddedModelPublication {

  private static final String CARD = "README.md";

  private final Path resources;

  /**
   * @param module the folder of the module {@code demo-model}
   */
  public EmbeddedModelPublication(Path module) {
    if (!Files.isRegularFile(module.resolve("pom.xml"))) {
      throw new InvalidInputException(
          "%s is not the folder of the module demo-model, which has a pom.xml; name that folder."
              .formatted(module));
    }
    this.resources = module.resolve("src/main/resources").resolve(EmbeddedModel.RESOURCES);
  }

  /**
   * Publishes a checkpoint: weights in half precision, settings and tokenizer as they are, and a
   * model card unless one is there already. Whatever else lies in {@code trained} stays behind.
   *
   * @throws InvalidInputException if it is incomplete or holds numbers that half precision does
   *     not, or cannot be written
   */
  public void checkpoint(Path trained) {
    Checkpoint checkpoint = Checkpoint.open(trained);
    Set<Path> published = new HashSet<>();
    Map<Component, Long> parameters = new TreeMap<>();
    for (Component component : checkpoint.modelIndex().networks()) {
      published.add(copy(checkpoint.config(component), trained, EmbeddedModel.CHECKPOINT));
      Path weights = weights(checkpoint, component);
      Path target = target(weights, trained, EmbeddedModel.CHECKPOINT);
      parameters.put(component, halve(weights, target));
      published.add(target);
    }
    for (String folder : List.of("scheduler", "tokenizer")) {
      for (Path file : files(checkpoint.path(folder))) {
        published.add(copy(file, trained, EmbeddedModel.CHECKPOINT));
      }
    }
    Path card = resources.resolve(EmbeddedModel.CHECKPOINT).resolve(CARD);
    published.add(card);
    if (!Files.exists(card)) {
      AtomicFile.write(card, temporary -> Files.writeString(temporary, ModelCard.text(parameters)));
    }
    published.add(copy(checkpoint.path("model_index.json"), trained, EmbeddedModel.CHECKPOINT));
    deleteOthers(published);
    index();
  }

  /**
   * Publishes the statistics of the model's signal leak.
   *
   * @param statistics made with the published checkpoint
   */
  public void leak(Path statistics) {
    files(statistics).forEach(file -> copy(file, statistics, EmbeddedModel.LEAK));
    index();
  }

  /**
   * Publishes fine-tunes, each a file or a folder in {@code fineTunes}, as they are.
   *
   * @throws InvalidInputException if the folder does not exist or they cannot be written
   */
  public void fineTunes(Path fineTunes) {
    files(fineTunes).forEach(file -> copy(file, fineTunes, EmbeddedModel.FINE_TUNES));
    index();
  }

  /**
   * Publishes what was measured of the data.
   *
   * @param reference made with the published checkpoint
   */
  public void reference(Path reference) {
    files(reference).forEach(file -> copy(file, reference, EmbeddedModel.REFERENCE));
    index();
  }

  /** How many bytes all that is published takes. */
  public long bytes() {
    try {
      return EmbeddedIndex.of(resources).bytes();
    } catch (IOException e) {
      throw unreadable(resources, e);
    }
  }

  /**
   * Lists anew what is published; only needed where it was changed by hand.
   *
   * @throws InvalidInputException if nothing is published, or the list cannot be written
   */
  public void index() {
    try {
      EmbeddedIndex.of(resources).write(resources);
    } catch (IOException e) {
      throw unreadable(resources, e);
    }
  }

  private static Path weights(Checkpoint checkpoint, Component component) {
    Path folder = checkpoint.path(component.folder());
    List<Path> weights =
        files(folder).stream().filter(file -> file.toString().endsWith(".safetensors")).toList();
    if (weights.size() != 1) {
      throw new InvalidInputException(
          "%s holds %d safetensors files, but one is published; give a checkpoint with one for each network."
              .formatted(folder, weights.size()));
    }
    return weights.get(0);
  }

  /** Writes the weights in half precision; returns how many numbers there are. */
  private static long halve(Path weights, Path target) {
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(weights)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      long parameters = 0;
      for (String name : file.entries().keySet()) {
        Tensor tensor = file.tensor(name);
        parameters += tensor.numel();
        tensors.put(name, halved(tensor, name, weights));
      }
      SafetensorsWriter.write(target, tensors, file.metadata());
      return parameters;
    }
  }

  private static Tensor halved(Tensor tensor, String name, Path weights) {
    if (!DType.of(tensor).isFloatingPoint()) {
      return tensor;
    }
    Tensor half = Tensors.to(tensor, Device.CPU, DType.FLOAT16);
    if (!Tensors.isFinite(half)) {
      throw new InvalidInputException(
          "In %s the tensor '%s' holds numbers that half precision does not; train the model anew."
              .formatted(weights, name));
    }
    return half;
  }

  private Path target(Path file, Path from, String to) {
    return resources.resolve(to).resolve(from.relativize(file).toString());
  }

  private Path copy(Path file, Path from, String to) {
    Path target = target(file, from, to);
    AtomicFile.write(target, temporary -> Files.write(temporary, read(file)));
    return target;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  /** A tokenizer's file of an earlier model, for example, would be read beside the new one's. */
  private void deleteOthers(Set<Path> published) {
    for (Path file : files(resources.resolve(EmbeddedModel.CHECKPOINT))) {
      try {
        if (!published.contains(file)) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new InvalidInputException(
            "Cannot delete %s (%s); delete it yourself.".formatted(file, AtomicFile.reason(e)), e);
      }
    }
  }

  private static InvalidInputException unreadable(Path path, IOException e) {
    return new InvalidInputException(
        "Cannot read %s (%s); check the path and its permissions."
            .formatted(path, AtomicFile.reason(e)),
        e);
  }
}
