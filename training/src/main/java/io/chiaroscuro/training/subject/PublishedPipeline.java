package io.chiaroscuro.training.subject;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained model as a checkpoint in diffusers' layout: text encoder and UNet as they stand, all
 * else from the checkpoint that was loaded.
 *
 * @param learnt what was learnt, by names like {@code unet.conv_in.weight}; it stands for the
 *     networks' own weights, which may be rounded
 */
public record PublishedPipeline(StableDiffusion model, Map<String, Tensor> learnt) {

  private static final List<String> UNCHANGED = List.of("tokenizer", "scheduler", "vae");

  /**
   * @param folder created if absent; its {@code model_index.json} comes last
   * @throws InvalidInputException if it cannot be written
   */
  public void write(Path folder) {
    UNCHANGED.forEach(part -> copy(part, folder));
    var writer = new CheckpointWriter(folder);
    writer.write(
        Component.TEXT_ENCODER,
        model.textEncoder().config(),
        learnt(Component.TEXT_ENCODER, model.textEncoder().weights()));
    writer.write(
        Component.UNET, model.unet().config(), learnt(Component.UNET, model.unet().weights()));
    copy("model_index.json", folder);
  }

  private Map<String, Tensor> learnt(Component component, Weights weights) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(weights.tensors());
    tensors.replaceAll(
        (name, tensor) -> learnt.getOrDefault(component.folder() + "." + name, tensor));
    return tensors;
  }

  private void copy(String name, Path folder) {
    Path source = model.checkpoint().path(name);
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = folder.resolve(name).resolve(source.relativize(file).toString()).normalize();
        AtomicFile.write(
            target, temporary -> Files.copy(file, temporary, StandardCopyOption.REPLACE_EXISTING));
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(source, AtomicFile.reason(e)),
          e);
    }
  }
}
