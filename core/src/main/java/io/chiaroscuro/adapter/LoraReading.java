package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LayerLabels.Layer;
import io.chiaroscuro.adapter.LoraKey.Part;
import io.chiaroscuro.adapter.LoraNames.Parts;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** One file of a LoRA, being read for some networks. */
final class LoraReading {

  private final AdapterFile file;
  private final Map<Component, Weights> networks;
  private final LoraMetadata metadata;
  private final Map<Layer, Parts> layers;

  /**
   * @throws InvalidInputException if it is of another format, or for another model
   */
  LoraReading(AdapterFile file, Map<Component, Weights> networks) {
    this.file = file;
    this.networks = networks;
    this.metadata = LoraMetadata.of(file);
    Set<String> names = new LinkedHashSet<>(file.names());
    names.removeAll(EmbeddingFile.tensorsOfWords(file));
    if (CloneofsimoLora.fits(names)) {
      this.layers = new CloneofsimoLora(file, networks).sort(names);
    } else {
      requireFamily();
      this.layers = new LoraNames(file.path(), new LayerLabels(networks)).sort(names);
    }
  }

  void forEach(BiConsumer<Layer, Parts> action) {
    layers.forEach(action);
  }

  /** What the UNet attends to tells a LoRA's family before any layer is looked for. */
  private void requireFamily() {
    OptionalLong theirs = ModelFamily.contextWidth(file);
    OptionalLong ours =
        Optional.ofNullable(networks.get(Component.UNET)).stream()
            .flatMap(unet -> unet.tensors().entrySet().stream())
            .filter(entry -> entry.getKey().endsWith("attn2.to_k.weight"))
            .mapToLong(entry -> entry.getValue().size(1))
            .findFirst();
    if (theirs.isPresent() && ours.isPresent() && theirs.getAsLong() != ours.getAsLong()) {
      throw new InvalidInputException(
          "%s is for UNets that attend to vectors of %s, but this model's attends to %s; choose a LoRA for this model's family."
              .formatted(
                  file.path(),
                  ModelFamily.described(theirs.getAsLong()),
                  ModelFamily.described(ours.getAsLong())));
    }
  }

  /**
   * The adapter of one layer; its tensors belong to the caller.
   *
   * @param dtype what the factors beside a network are converted to
   */
  LowRankAdapter adapter(Layer layer, Parts parts, Function<Weights, DType> dtype) {
    Weights network = networks.get(layer.component());
    long[] weight = Tensors.shape(network.tensors().get(layer.name() + ".weight"));
    try (var scope = new TensorScope()) {
      Tensor down = down(parts, weight);
      long rank = down.size(0);
      Tensor up = factor(parts.name(Part.UP), LoraShapes.up(weight, rank));
      double scale =
          parts.has(Part.ALPHA)
              ? alpha(parts.name(Part.ALPHA)) / rank
              : metadata.scale(layer.component(), parts.label(), rank);
      DType type = dtype.apply(network);
      return new LowRankAdapter(
          scope.own(Tensors.to(down, network.device(), type)),
          scope.own(Tensors.to(up, network.device(), type)),
          scale);
    }
  }

  private Tensor down(Parts parts, long[] weight) {
    String name = parts.name(Part.DOWN);
    try (var scope = new TensorScope()) {
      Tensor stored = file.tensor(name);
      long rank = stored.dim() == 0 ? 0 : stored.size(0);
      if (!parts.has(Part.MID)) {
        return scope.keep(factor(name, LoraShapes.down(weight, rank)));
      }
      // A 1x1 convolution and then one of a larger kernel are together one of the larger kernel.
      Tensor pointwise = factor(name, new long[] {rank, weight[1], 1, 1}).flatten(1, -1);
      long[] kernel = {rank, rank, 1, 1};
      System.arraycopy(weight, 2, kernel, 2, weight.length - 2);
      Tensor mid = factor(parts.name(Part.MID), kernel);
      Tensor composed =
          torch.einsum("srhw,ri->sihw", new TensorVector(float32(mid), float32(pointwise)));
      return scope.keep(composed.reshape(LoraShapes.down(weight, rank)));
    }
  }

  private static Tensor float32(Tensor factor) {
    return Tensors.to(factor, Device.CPU, DType.FLOAT32);
  }

  private Tensor factor(String name, long[] shape) {
    try (var scope = new TensorScope()) {
      Tensor stored = file.tensor(name);
      long[] found = Tensors.shape(stored);
      if (shape[0] * shape[1] == 0 || !LoraShapes.sameNumbers(found, shape)) {
        throw new InvalidInputException(
            "In %s the tensor '%s' has shape %s, which does not fit the layer's %s; is it for another family of models?"
                .formatted(file.path(), name, Arrays.toString(found), Arrays.toString(shape)));
      }
      if (!DType.of(stored).isFloatingPoint()) {
        throw new InvalidInputException(
            "In %s the tensor '%s' holds %s, not floating-point numbers; choose an unquantised LoRA."
                .formatted(file.path(), name, DType.of(stored)));
      }
      requireFinite(name, stored);
      return scope.keep(stored.reshape(shape));
    }
  }

  private double alpha(String name) {
    try (var scope = new TensorScope()) {
      Tensor alpha = file.tensor(name);
      if (alpha.numel() != 1) {
        throw new InvalidInputException(
            "In %s the tensor '%s' has shape %s, but alpha is one number; write the file again."
                .formatted(file.path(), name, Arrays.toString(Tensors.shape(alpha))));
      }
      requireFinite(name, alpha);
      return Tensors.doubles(alpha)[0];
    }
  }

  private void requireFinite(String name, Tensor tensor) {
    if (!Tensors.isFinite(tensor)) {
      throw new InvalidInputException(
          "In %s the tensor '%s' holds NaN or infinite values; fetch it again."
              .formatted(file.path(), name));
    }
  }
}
