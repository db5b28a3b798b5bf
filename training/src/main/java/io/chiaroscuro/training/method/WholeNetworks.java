package io.chiaroscuro.training.method;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.training.optim.Parameters;
import io.chiaroscuro.training.subject.Learner;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;

/**
 * All weights of some networks. Published as a checkpoint, whole: what was not trained is taken
 * over from the one it began as.
 *
 * @param networks the UNet, the text encoder, or both
 */
public record WholeNetworks(Set<Component> networks) implements Learnable {

  public WholeNetworks {
    networks = Set.copyOf(networks);
  }

  @Override
  public Learner begin(StableDiffusion model, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Component network : new TreeSet<>(networks)) {
      model
          .networks()
          .get(network)
          .tensors()
          .forEach((name, tensor) -> tensors.put(network.folder() + "." + name, tensor));
    }
    return Learner.of(model, new Parameters(tensors), folder -> write(model, folder));
  }

  private void write(StableDiffusion model, Path folder) {
    Map<Component, Weights> trained = new LinkedHashMap<>(model.networks());
    trained.keySet().retainAll(networks);
    write(model.checkpoint(), trained, folder);
    model.schedulerConfig().write(folder.resolve(NoiseScheduleChange.FILE));
    new CheckpointWriter(folder)
        .writeModelIndex(model.checkpoint(), model.schedulerConfig().type().className());
  }

  /** All but the scheduler's file and the index. */
  static void write(Checkpoint source, Map<Component, Weights> trained, Path folder) {
    CheckpointWriter writer = new CheckpointWriter(folder);
    trained.forEach((network, weights) -> writer.write(network, source, weights.tensors()));
    for (String part : source.modelIndex().components().keySet()) {
      if (trained.keySet().stream().noneMatch(network -> network.folder().equals(part))) {
        writer.takeOver(source, part);
      }
    }
  }
}
