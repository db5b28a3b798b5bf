package io.chiaroscuro.training.subject;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraShapes;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Which LoRA to train, in PEFT's terms.
 *
 * @param rank r, 1 or more
 * @param alpha the scale of the product is alpha / rank, so that a learning rate suits every rank
 * @param initLoraWeights what {@code down} starts as; {@code up} starts as zero, and with it the
 *     network as it was
 * @param targetModules by network the last names of the layers that are adapted: {@code to_q} means
 *     every layer whose name is that or ends with {@code .to_q}
 */
public record LoraConfig(
    int rank,
    double alpha,
    InitLoraWeights initLoraWeights,
    Map<Component, List<String>> targetModules) {

  /** The layers that diffusers' training scripts adapt in the UNet. */
  public static final List<String> UNET_TARGETS = List.of("to_k", "to_q", "to_v", "to_out.0");

  /** The layers that diffusers' training scripts adapt in the text encoder. */
  public static final List<String> TEXT_ENCODER_TARGETS =
      List.of("q_proj", "k_proj", "v_proj", "out_proj");

  /** What {@code down} starts as. */
  public enum InitLoraWeights {
    /** Uniform within {@code +-1 / sqrt(fan in)}, as PyTorch draws linear layers. */
    KAIMING_UNIFORM {
      @Override
      Tensor draw(SeededGenerator generator, long[] shape) {
        try (var scope = new TensorScope()) {
          double fanIn = 1;
          for (int axis = 1; axis < shape.length; axis++) {
            fanIn *= shape[axis];
          }
          double bound = 1 / Math.sqrt(fanIn);
          return scope.keep(
              generator.rand(shape).mul(new Scalar(2 * bound)).sub(new Scalar(bound)));
        }
      }
    },
    /** Normal with deviation 1 / rank, as diffusers' training scripts choose. */
    GAUSSIAN {
      @Override
      Tensor draw(SeededGenerator generator, long[] shape) {
        try (var scope = new TensorScope()) {
          return scope.keep(generator.randn(shape).div(new Scalar((double) shape[0])));
        }
      }
    };

    abstract Tensor draw(SeededGenerator generator, long[] shape);
  }

  public LoraConfig {
    if (rank < 1) {
      throw new InvalidInputException("The LoRA's rank is %d; give 1 or more.".formatted(rank));
    }
    if (!Double.isFinite(alpha) || alpha <= 0) {
      throw new InvalidInputException(
          "The LoRA's alpha is %s; give a positive number, the rank for example.".formatted(alpha));
    }
    Map<Component, List<String>> inOrder = new EnumMap<>(Component.class);
    inOrder.putAll(targetModules);
    targetModules = Collections.unmodifiableMap(inOrder);
  }

  /** As diffusers' training scripts: the UNet's attention, alpha equal to the rank. */
  public static LoraConfig of(int rank) {
    return new LoraConfig(
        rank, rank, InitLoraWeights.GAUSSIAN, Map.of(Component.UNET, UNET_TARGETS));
  }

  /** The same with other targets in one network; with none the network is left as it is. */
  public LoraConfig withTargetModules(Component component, List<String> targets) {
    Map<Component, List<String>> all = new LinkedHashMap<>(targetModules);
    all.put(component, List.copyOf(targets));
    return new LoraConfig(rank, alpha, initLoraWeights, all);
  }

  /**
   * A LoRA that has learnt nothing yet: float32 leaves that require gradients. It is attached with
   * weight 1.
   *
   * @param networks of the checkpoint that is adapted
   * @param generator where the factors are drawn, network by network and layer by layer
   * @return to be closed by the caller
   * @throws InvalidInputException if a target is nowhere to be found
   */
  public Lora create(Map<Component, Weights> networks, SeededGenerator generator) {
    Map<Component, Map<String, LowRankAdapter>> adapters = new EnumMap<>(Component.class);
    targetModules.forEach(
        (component, targets) -> {
          Weights weights = networks.get(component);
          requireFound(component, weights, targets);
          Map<String, LowRankAdapter> ofLayers = new LinkedHashMap<>();
          for (String layer : weights.adaptable().keySet()) {
            if (targets.stream().anyMatch(target -> isTarget(layer, target))) {
              ofLayers.put(layer, adapter(weights, layer, generator));
            }
          }
          adapters.put(component, ofLayers);
        });
    Lora lora = new Lora(networks, adapters);
    lora.attach(1);
    return lora;
  }

  private LowRankAdapter adapter(Weights weights, String layer, SeededGenerator generator) {
    long[] weight = Tensors.shape(weights.tensors().get(layer + ".weight"));
    try (var scope = new TensorScope()) {
      Tensor down = initLoraWeights.draw(generator, LoraShapes.down(weight, rank));
      Tensor up = Tensors.zeros(DType.FLOAT32, LoraShapes.up(weight, rank));
      return new LowRankAdapter(leaf(weights, down), leaf(weights, up), alpha / rank);
    }
  }

  private static Tensor leaf(Weights weights, Tensor values) {
    try (var scope = new TensorScope()) {
      Tensor leaf = scope.own(Tensors.to(values, weights.device(), DType.FLOAT32));
      leaf.set_requires_grad(true);
      return leaf;
    }
  }

  private static void requireFound(Component component, Weights weights, List<String> targets) {
    for (String target : targets) {
      if (weights.adaptable().keySet().stream().noneMatch(layer -> isTarget(layer, target))) {
        throw new InvalidInputException(
            "No linear layer or convolution of the %s is called '%s' or ends with '.%s'; name target modules that it has, to_q for example."
                .formatted(component.folder(), target, target));
      }
    }
  }

  private static boolean isTarget(String layer, String target) {
    return layer.equals(target) || layer.endsWith("." + target);
  }
}
