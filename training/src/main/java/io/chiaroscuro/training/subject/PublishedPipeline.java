package io.chiaroscuro.training.subject;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A trained model as a checkpoint in diffusers' layout: text encoder and UNet as they stand, all
 * else from the checkpoint that was loaded.
 */
public record PublishedPipeline(StableDiffusion model) {

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
        model.textEncoder().weights().tensors());
    writer.write(Component.UNET, model.unet().config(), model.unet().weights().tensors());
    copy("model_index.json", folder);
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
