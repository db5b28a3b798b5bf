package io.chiaroscuro.training.subject;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained model as a checkpoint in diffusers' layout: the networks that learnt, the scheduler's
 * settings, all else from the checkpoint that was loaded.
 *
 * @param learnt what was learnt, by names like {@code unet.conv_in.weight}; it stands for the
 *     networks' own weights, which may be rounded
 */
public record PublishedPipeline(StableDiffusion model, Map<String, Tensor> learnt) {

  /**
   * @param folder created if absent; its {@code model_index.json} comes last
   * @throws InvalidInputException if it cannot be written
   */
  public void write(Path folder) {
    Checkpoint source = model.checkpoint();
    CheckpointWriter writer = new CheckpointWriter(folder);
    for (String part : source.modelIndex().components().keySet()) {
      if (!hasLearnt(part)) {
        writer.takeOver(source, part);
      }
    }
    model
        .networks()
        .forEach(
            (network, weights) -> {
              if (hasLearnt(network.folder())) {
                writer.write(network, source, learnt(network, weights));
              }
            });
    model.schedulerConfig().write(folder.resolve("scheduler").resolve("scheduler_config.json"));
    writer.writeModelIndex(source, model.schedulerConfig().type().className());
  }

  private boolean hasLearnt(String part) {
    return learnt.keySet().stream().anyMatch(name -> name.startsWith(part + "."));
  }

  private Map<String, Tensor> learnt(Component network, Weights weights) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(weights.tensors());
    tensors.replaceAll(
        (name, tensor) -> learnt.getOrDefault(network.folder() + "." + name, tensor));
    return tensors;
  }
}
