package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** Writes a checkpoint in diffusers' layout, for us and for Python alike. */
public final class CheckpointWriter {

  private final Path folder;

  public CheckpointWriter(Path folder) {
    this.folder = folder;
  }

  /** Writes a network's {@code config.json} and weights. */
  public void write(Component component, Record config, Map<String, Tensor> tensors) {
    Path target = folder.resolve(component.folder());
    ConfigFile.write(target.resolve("config.json"), component.identity(), config);
    SafetensorsWriter.write(
        target.resolve(component.weightsFile()), tensors, Map.of("format", "pt"));
  }

  /** Writes a network's weights beside the {@code config.json} of the checkpoint it was in. */
  public void write(Component component, Checkpoint source, Map<String, Tensor> tensors) {
    Path target = folder.resolve(component.folder());
    takeOver(source.config(component), target.resolve("config.json"));
    SafetensorsWriter.write(
        target.resolve(component.weightsFile()), tensors, Map.of("format", "pt"));
  }

  /**
   * Takes over a part of another checkpoint as it is, {@code vae} for example; nothing where that
   * one lacks it. Weights are linked where the disk can do so, since they are large and written
   * anew rather than into; everything else is copied.
   *
   * @throws InvalidInputException if it cannot be written
   */
  public void takeOver(Checkpoint source, String part) {
    Path from = source.folder().resolve(part);
    if (!Files.isDirectory(from)) {
      return;
    }
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        takeOver(file, folder.resolve(part).resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(from, AtomicFile.reason(e)),
          e);
    }
  }

  private static void takeOver(Path file, Path target) {
    if (!(file.toString().endsWith(".safetensors") && linked(file, target))) {
      AtomicFile.write(
          target, temporary -> Files.copy(file, temporary, StandardCopyOption.REPLACE_EXISTING));
    }
  }

  /** False where the disk cannot link, or the two lie on different ones. */
  private static boolean linked(Path file, Path target) {
    Path temporary = target.resolveSibling("." + target.getFileName() + ".link");
    try {
      if (Files.exists(target) && Files.isSameFile(file, target)) {
        return true; // Of an earlier run; moving a link over itself would do nothing.
      }
      Files.createDirectories(target.toAbsolutePath().getParent());
      Files.deleteIfExists(temporary);
      Files.createLink(temporary, file.toRealPath());
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Writes the {@code model_index.json} of another checkpoint.
   *
   * @param schedulerClass the Python class that {@code scheduler/scheduler_config.json} configures
   */
  public void writeModelIndex(Checkpoint source, String schedulerClass) {
    ObjectNode root = ConfigFile.tree(source.path("model_index.json"));
    root.putArray("scheduler").add("diffusers").add(schedulerClass);
    writeModelIndex(root);
  }

  /**
   * Writes {@code model_index.json} for a {@code StableDiffusionPipeline}.
   *
   * @param schedulerClass the Python class that {@code scheduler/scheduler_config.json} configures
   */
  public void writeModelIndex(String schedulerClass) {
    ObjectNode root = modelIndex(Family.STABLE_DIFFUSION, schedulerClass);
    root.put("requires_safety_checker", false);
    writeComponents(root, List.of(Component.UNET, Component.VAE, Component.TEXT_ENCODER));
    root.putArray("safety_checker").addNull().addNull();
    writeModelIndex(root);
  }

  /**
   * Writes {@code model_index.json} for a {@code StableDiffusionXLPipeline}.
   *
   * @param schedulerClass the Python class that {@code scheduler/scheduler_config.json} configures
   */
  public void writeXlModelIndex(String schedulerClass) {
    ObjectNode root = modelIndex(Family.STABLE_DIFFUSION_XL, schedulerClass);
    root.put("force_zeros_for_empty_prompt", true);
    writeComponents(root, List.of(Component.values()));
    writeTokenizer(root, "tokenizer_2");
    writeModelIndex(root);
  }

  private static ObjectNode modelIndex(Family family, String schedulerClass) {
    ObjectNode root = new JsonMapper().createObjectNode();
    root.put("_class_name", family.pipeline());
    root.putArray("scheduler").add("diffusers").add(schedulerClass);
    writeTokenizer(root, "tokenizer");
    root.putArray("feature_extractor").addNull().addNull();
    root.putArray("image_encoder").addNull().addNull();
    return root;
  }

  private static void writeTokenizer(ObjectNode root, String folder) {
    root.putArray(folder).add("transformers").add("CLIPTokenizer");
  }

  private static void writeComponents(ObjectNode root, List<Component> components) {
    for (Component component : components) {
      root.putArray(component.folder()).add(component.library()).add(component.className());
    }
  }

  private void writeModelIndex(ObjectNode root) {
    JsonMapper json = new JsonMapper();
    AtomicFile.write(
        folder.resolve("model_index.json"),
        temporary -> json.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), root));
  }
}
