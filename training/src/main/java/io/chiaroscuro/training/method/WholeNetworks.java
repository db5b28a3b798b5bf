package io.chiaroscuro.training.method;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.optim.MixedPrecision;
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
  public boolean reaches(Component network) {
    return network == Component.UNET || networks.contains(network);
  }

  @Override
  public Learner begin(StableDiffusion model, long seed) {
    Map<String, Tensor> computed = new LinkedHashMap<>();
    for (Component network : new TreeSet<>(networks)) {
      model
          .networks()
          .get(network)
          .tensors()
          .forEach((name, tensor) -> computed.put(network.folder() + "." + name, tensor));
    }
    return model.dtype() == DType.FLOAT32
        ? learner(model, computed, Optional.empty())
        : learner(model, computed, Optional.of(mixedPrecision(model, computed)));
  }

  private static Learner learner(
      StableDiffusion model, Map<String, Tensor> computed, Optional<MixedPrecision> masters) {
    Map<String, Tensor> learnt = masters.map(MixedPrecision::masters).orElse(computed);
    return Learner.of(
        model, new Parameters(learnt), masters, new PublishedPipeline(model, learnt)::write);
  }

  /** Learning starts from the checkpoint's weights, not from what is left of them by rounding. */
  private MixedPrecision mixedPrecision(StableDiffusion model, Map<String, Tensor> computed) {
    try (var scope = new TensorScope()) {
      Map<String, Tensor> precise = new LinkedHashMap<>();
      for (Component network : networks) {
        Weights weights = model.checkpoint().weights(network, DType.FLOAT32, model.device());
        model
            .networks()
            .get(network)
            .tensors()
            .forEach(
                (name, tensor) ->
                    precise.put(
                        network.folder() + "." + name,
                        new Tensor(weights.get(name, Tensors.shape(tensor)))));
        weights.close();
      }
      return new MixedPrecision(precise, computed);
    }
  }
}
