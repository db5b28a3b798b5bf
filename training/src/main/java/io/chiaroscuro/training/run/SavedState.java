package io.chiaroscuro.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A checkpoint that was found whole, open to be read. */
public final class SavedState implements AutoCloseable {

  static final String FILE = "training_state.json";

  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;
  private final JsonNode json;
  private final Map<String, SafetensorsFile> files = new LinkedHashMap<>();

  /**
   * Opens every file that the checkpoint consists of.
   *
   * @throws InvalidInputException if one is missing, truncated or malformed
   */
  SavedState(Path folder) {
    this.folder = folder;
    this.json = json(folder.resolve(FILE));
    try {
      for (JsonNode name : json.get("files")) {
        files.put(
            name.asText(), SafetensorsFile.open(folder.resolve(name.asText() + ".safetensors")));
      }
    } catch (InvalidInputException e) {
      close();
      throw e;
    }
  }

  private static JsonNode json(Path file) {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      if (json.path("step").isIntegralNumber()
          && json.path("files").isArray()
          && json.path("configuration").isObject()
          && json.path("facts").isObject()) {
        return json;
      }
      throw new InvalidInputException("%s is no training state.".formatted(file));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s is not valid JSON: %s.".formatted(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s).".formatted(file, AtomicFile.reason(e)), e);
    }
  }

  /** The checkpoint's folder. */
  public Path folder() {
    return folder;
  }

  /** How many steps were done. */
  public long step() {
    return json.get("step").longValue();
  }

  /** What was given as {@link TrainingState#facts}. */
  public ObjectNode facts() {
    return ((ObjectNode) json.get("facts")).deepCopy();
  }

  /** The settings of the run that wrote it. */
  ObjectNode configuration() {
    return (ObjectNode) json.get("configuration");
  }

  /**
   * The tensors of one file as views of it, to be copied before this object closes.
   *
   * @throws InvalidInputException if the checkpoint has no such file
   */
  public Map<String, Tensor> tensors(String file) {
    SafetensorsFile open = files.get(file);
    if (open == null) {
      throw new InvalidInputException(
          "%s has no %s.safetensors; it has %s."
              .formatted(folder, file, String.join(", ", files.keySet())));
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    open.entries().keySet().forEach(name -> tensors.put(name, open.tensor(name)));
    return tensors;
  }

  @Override
  public void close() {
    files.values().forEach(SafetensorsFile::close);
  }
}
