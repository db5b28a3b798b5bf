package io.chiaroscuro.training.method;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.training.optim.Parameters;
import io.chiaroscuro.training.subject.Learner;
import io.chiaroscuro.training.subject.PublishedPipeline;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
    return Learner.of(
        model,
        new Parameters(tensors),
        Optional.empty(),
        new PublishedPipeline(model, tensors)::write);
  }
}
