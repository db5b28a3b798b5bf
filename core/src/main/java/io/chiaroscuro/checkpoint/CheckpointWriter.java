package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import java.nio.file.Path;
import java.util.Map;
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

  /**
   * Writes {@code model_index.json} for a {@code StableDiffusionPipeline}.
   *
   * @param schedulerClass the Python class that {@code scheduler/scheduler_config.json} configures
   */
  public void writeModelIndex(String schedulerClass) {
    JsonMapper json = new JsonMapper();
    ObjectNode root = json.createObjectNode();
    root.put("_class_name", "StableDiffusionPipeline");
    root.put("requires_safety_checker", false);
    for (Component component : Component.values()) {
      root.putArray(component.folder()).add(component.library()).add(component.className());
    }
    root.putArray("scheduler").add("diffusers").add(schedulerClass);
    root.putArray("tokenizer").add("transformers").add("CLIPTokenizer");
    for (String absent : new String[] {"feature_extractor", "image_encoder", "safety_checker"}) {
      root.putArray(absent).addNull().addNull();
    }
    AtomicFile.write(
        folder.resolve("model_index.json"),
        temporary -> json.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), root));
  }
}
