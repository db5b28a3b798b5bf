package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts of a Stable Diffusion checkpoint that have weights. */
public enum Component {
  UNET("unet", "diffusers", "UNet2DConditionModel"),
  VAE("vae", "diffusers", "AutoencoderKL"),
  TEXT_ENCODER("text_encoder", "transformers", "CLIPTextModel"),

  /** Stable Diffusion XL's second. */
  TEXT_ENCODER_2("text_encoder_2", "transformers", "CLIPTextModelWithProjection");

  private final String folder;
  private final String library;
  private final String className;

  Component(String folder, String library, String className) {
    this.folder = folder;
    this.library = library;
    this.className = className;
  }

  /**
   * The network that the {@code config.json} in {@code folder} describes; empty where there is no
   * such file, or it describes something else.
   *
   * @throws io.chiaroscuro.InvalidInputException if the file is malformed
   */
  public static Optional<Component> in(Path folder) {
    Path config = folder.resolve("config.json");
    if (!Files.isRegularFile(config)) {
      return Optional.empty();
    }
    JsonNode root = ConfigFile.tree(config);
    String className = root.path("_class_name").asText(root.at("/architectures/0").asText());
    return Arrays.stream(values()).filter(c -> c.className.equals(className)).findFirst();
  }

  /** Its folder in a checkpoint, for example {@code text_encoder}. */
  public String folder() {
    return folder;
  }

  /** The Python class it stands for. */
  public String className() {
    return className;
  }

  String library() {
    return library;
  }

  /** The plain name of its weights' file. */
  String weightsFile() {
    return library.equals("diffusers")
        ? "diffusion_pytorch_model.safetensors"
        : "model.safetensors";
  }

  /** The fields of config.json by which the Python libraries find the class. */
  Map<String, Object> identity() {
    return library.equals("diffusers")
        ? Map.of("_class_name", className)
        : Map.of("architectures", List.of(className), "model_type", "clip_text_model");
  }
}
