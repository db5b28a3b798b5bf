package io.chiaroscuro.training.subject;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * A trained model as a checkpoint in diffusers' layout: what was trained as it stands, its
 * scheduler's settings, all else from the checkpoint that was loaded.
 *
 * @param trained which networks were
 */
public record PublishedPipeline(StableDiffusion model, Set<Component> trained) {

  /** Of text encoder and UNet. */
  public PublishedPipeline(StableDiffusion model) {
    this(model, model.networks().keySet());
  }

  /**
   * @param folder created if absent; its {@code model_index.json} comes last
   * @throws InvalidInputException if it cannot be written
   */
  public void write(Path folder) {
    Checkpoint source = model.checkpoint();
    CheckpointWriter writer = new CheckpointWriter(folder);
    Map<Component, Weights> networks = model.networks();
    for (Component network : trained) {
      writer.write(network, source, networks.get(network).tensors());
    }
    for (String part : source.modelIndex().components().keySet()) {
      if (trained.stream().noneMatch(network -> network.folder().equals(part))) {
        writer.takeOver(source, part);
      }
    }
    model.schedulerConfig().write(folder.resolve("scheduler").resolve("scheduler_config.json"));
    writer.writeModelIndex(source, model.schedulerConfig().type().className());
  }
}
