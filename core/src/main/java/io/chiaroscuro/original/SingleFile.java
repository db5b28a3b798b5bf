package io.chiaroscuro.original;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.StoredWeights;
import io.chiaroscuro.checkpoint.TensorFiles;
import io.chiaroscuro.checkpoint.TensorLocation;
import io.chiaroscuro.checkpoint.TensorLocation.Part;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.scheduler.PredictionType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorFile;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A checkpoint in its authors' one file, safetensors or {@code .ckpt}: a {@link Checkpoint} for
 * whoever asks, whose weights are read from the file as it is mapped, under diffusers' names.
 */
public final class SingleFile {

  /** The step at which 2.x's base model was published, whose file says so. */
  private static final String STEP_OF_V2_BASE = "875000";

  /** The latents, the mask, the latents of what is not masked. */
  private static final int INPAINTING_CHANNELS = 4 + 1 + 4;

  private final Path path;
  private final Family family;
  private final PredictionType predictionType;
  private final Map<String, StoredWeights> networks = new LinkedHashMap<>();

  private SingleFile(TensorFile file, Optional<PredictionType> asked) {
    this.path = file.path();
    this.family = Family.of(file.entries().keySet()).orElseThrow(() -> unknown(file));
    this.predictionType = asked.orElseGet(() -> predictionType(file));
    for (TextEncoder encoder : TextEncoder.of(family)) {
      networks.put(encoder.folder(), weights(file, encoder.module(), textNames(encoder)));
    }
    var unetNames = new UNetNames(namesIn(file, UNetNames.MODULE));
    networks.put("unet", weights(file, UNetNames.MODULE, unetNames::translate));
    var vaeNames = new VaeNames(namesIn(file, VaeNames.MODULE));
    networks.put("vae", weights(file, VaeNames.MODULE, vaeNames::translate));
  }

  /**
   * Opens a file and recognises what is in it; no tensor is read yet.
   *
   * @param predictionType what the network was trained to predict, where the caller knows; a file
   *     seldom tells
   * @throws InvalidInputException if it is damaged, would run code, or is no checkpoint of Stable
   *     Diffusion 1.x, 2.x or XL
   */
  public static SingleFile open(Path path, Optional<PredictionType> predictionType) {
    return of(TensorFiles.open(path), predictionType);
  }

  /** As {@link #open}, of a file that was opened. */
  static SingleFile of(TensorFile file, Optional<PredictionType> predictionType) {
    return new SingleFile(file, predictionType);
  }

  /** Whether {@code file} is such a checkpoint. */
  public static Optional<Family> recognise(TensorFile file) {
    return Family.of(file.entries().keySet());
  }

  private static InvalidInputException unknown(TensorFile file) {
    String found =
        file.entries().keySet().stream()
            .limit(3)
            .map(name -> name.length() > 80 ? name.substring(0, 80) + "..." : name)
            .map(name -> name.replaceAll("\\p{Cntrl}", "?"))
            .collect(Collectors.joining(", "));
    return new InvalidInputException(
        "%s is no checkpoint of Stable Diffusion 1.x, 2.x or XL in one file with its text encoder (it has %s); LoRAs and embeddings have options of their own."
            .formatted(file.path(), found.isEmpty() ? "no tensors" : found));
  }

  /**
   * As the file says, in one of the ways in which files do; otherwise as most of its family:
   * diffusers decides alike.
   */
  private PredictionType predictionType(TensorFile file) {
    String spec = file.metadata().getOrDefault("modelspec.prediction_type", "");
    if (spec.startsWith("v") || file.entries().containsKey("v_pred")) {
      return PredictionType.V_PREDICTION;
    }
    boolean isBase = STEP_OF_V2_BASE.equals(file.metadata().get("global_step"));
    return family == Family.V2 && !isBase && !spec.startsWith("eps")
        ? PredictionType.V_PREDICTION
        : PredictionType.EPSILON;
  }

  private static Set<String> namesIn(TensorFile file, String module) {
    return file.entries().keySet().stream()
        .filter(name -> name.startsWith(module))
        .map(name -> name.substring(module.length()))
        .collect(Collectors.toSet());
  }

  private Function<String, Map<String, Part>> textNames(TextEncoder encoder) {
    if (encoder.isOpenClip()) {
      return new OpenClipNames(family)::translate;
    }
    // The names of transformers, in files of today's without the module around them.
    return name ->
        name.endsWith(".position_ids")
            ? Map.of()
            : Map.of(name.startsWith("text_model.") ? name : "text_model." + name, Part.WHOLE);
  }

  private StoredWeights weights(
      TensorFile file, String module, Function<String, Map<String, Part>> translation) {
    Map<String, TensorLocation> locations = new LinkedHashMap<>();
    for (String name : file.entries().keySet()) {
      if (name.startsWith(module)) {
        translation
            .apply(name.substring(module.length()))
            .forEach(
                (translated, part) ->
                    locations.put(translated, new TensorLocation(file, name, part)));
      }
    }
    if (locations.isEmpty()) {
      throw new InvalidInputException(
          "%s has no tensors under '%s'; it is not a whole checkpoint.".formatted(path, module));
    }
    return new StoredWeights(path, locations);
  }

  public Path path() {
    return path;
  }

  public Family family() {
    return family;
  }

  /** As people call it, {@code Stable Diffusion 1.x for inpainting} for example. */
  public String title() {
    return family.title() + (isForInpainting() ? " for inpainting" : "");
  }

  /** Whether its UNet is shown a mask and the picture without what is masked. */
  private boolean isForInpainting() {
    return shapes("unet").size("conv_in.weight", 1) == INPAINTING_CHANNELS;
  }

  /** What its network was trained to predict. */
  public PredictionType predictionType() {
    return predictionType;
  }

  /** Its networks' weights under diffusers' names, by diffusers' folders. */
  public Map<String, StoredWeights> networks() {
    return Map.copyOf(networks);
  }

  /** Its settings, by the names of the files that diffusers keeps them in. */
  Map<String, ObjectNode> settings() {
    Settings settings = new Settings(family, predictionType);
    Map<String, ObjectNode> files = new LinkedHashMap<>();
    for (TextEncoder encoder : TextEncoder.of(family)) {
      files.put(
          encoder.folder() + "/config.json",
          settings.textEncoder(encoder, shapes(encoder.folder())));
    }
    files.put("unet/config.json", settings.unet(shapes("unet")));
    files.put("vae/config.json", settings.vae(shapes("vae")));
    files.put("scheduler/scheduler_config.json", settings.scheduler());
    // Last, since its presence is what makes a folder a checkpoint.
    files.put("model_index.json", settings.modelIndex(TextEncoder.of(family), isForInpainting()));
    return files;
  }

  private NetworkShapes shapes(String network) {
    return new NetworkShapes(networks.get(network));
  }

  /**
   * The file as a checkpoint. Its settings lie in a temporary folder until the program ends; its
   * weights stay where they are.
   *
   * @param tokenizer a folder with a tokenizer, or a checkpoint that has one; without it texts
   *     cannot be encoded, pictures can
   * @throws InvalidInputException if the file lacks tensors, or {@code tokenizer} is none
   */
  public Checkpoint checkpoint(Optional<Path> tokenizer) {
    Path folder = temporaryFolder();
    writeSettings(folder, tokenizer.map(TokenizerCopy::new));
    deleteAtExit(folder);
    Checkpoint checkpoint = Checkpoint.open(folder);
    for (Component component : Component.values()) {
      StoredWeights weights = networks.get(component.folder());
      if (weights != null) {
        checkpoint = checkpoint.withWeights(component, weights);
      }
    }
    return checkpoint;
  }

  /**
   * Writes the checkpoint in diffusers' layout.
   *
   * @param tokenizer as in {@link #checkpoint}
   * @param dtype what floating-point tensors are converted to; by default they stay as they are
   * @throws InvalidInputException if the file lacks tensors or the folder cannot be written
   */
  public void convert(Path folder, Optional<Path> tokenizer, Optional<DType> dtype) {
    // What can be refused is, before gigabytes are written.
    settings();
    Optional<TokenizerCopy> copy = tokenizer.map(TokenizerCopy::new);
    UnaryOperator<DType> target =
        stored -> stored.isFloatingPoint() ? dtype.orElse(stored) : stored;
    networks.forEach(
        (network, weights) -> {
          boolean isText = network.startsWith("text");
          Path file =
              folder
                  .resolve(network)
                  .resolve((isText ? "model" : "diffusion_pytorch_model") + ".safetensors");
          try (var scope = new TensorScope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            weights.locations().forEach((name, place) -> tensors.put(name, place.read()));
            SafetensorsWriter.write(file, tensors, Map.of("format", "pt"), target);
          }
          weights.close();
        });
    writeSettings(folder, copy);
  }

  private void writeSettings(Path folder, Optional<TokenizerCopy> tokenizer) {
    tokenizer.ifPresent(
        copy -> TextEncoder.of(family).forEach(encoder -> copy.write(folder, encoder)));
    settings().forEach((name, json) -> JsonFile.write(folder.resolve(name), json));
  }

  /** Named like the file, since a checkpoint's name goes into what is made with it. */
  private Path temporaryFolder() {
    String name = path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    try {
      return Files.createTempDirectory("chiaroscuro")
          .resolve(dot > 0 ? name.substring(0, dot) : name);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot write into the folder for temporary files (%s); check java.io.tmpdir."
              .formatted(AtomicFile.reason(e)),
          e);
    }
  }

  /** In the order in which the folders contain each other, which is undone in reverse. */
  private static void deleteAtExit(Path folder) {
    folder.getParent().toFile().deleteOnExit();
    try (Stream<Path> files = Files.walk(folder)) {
      files.forEach(file -> file.toFile().deleteOnExit());
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check java.io.tmpdir.".formatted(folder, AtomicFile.reason(e)), e);
    }
  }
}
