package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The named tensors of one network, and the one place that owns them.
 *
 * <p>Layers are built from a scoped view and ask for what they need, so names in code equal names
 * in files:
 *
 * <pre>{@code
 * Weights resnet = weights.at("down_blocks.0.resnets.1");
 * Tensor kernel = resnet.get("conv1.weight", 320, 320, 3, 3);
 * }</pre>
 *
 * <p>Each tensor is read when it is first asked for, converted to this object's type and device;
 * where nothing is to be converted it stays a view of the mapped file and is held once. All views
 * share one map, {@link #tensors()}: what a trainer optimises and what a checkpoint stores.
 *
 * <p>Layers that can be adapted keep their list of {@link #adapters()} and add what stands in it to
 * their output: adapting a network is editing these lists, and emptying them gives back exactly the
 * network as it was.
 */
public final class Weights implements AutoCloseable {

  private final WeightSource source;
  private final DType dtype;
  private final Device device;
  private final Map<String, Tensor> tensors;
  private final Map<String, List<LowRankAdapter>> adapters;
  private final List<DerivedTensor> derived;
  private final String prefix;

  /**
   * @param source where tensors are read from; closed with this object
   * @param dtype what they are converted to
   * @param device where they are put
   */
  public Weights(WeightSource source, DType dtype, Device device) {
    this(
        source, dtype, device, new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>(), "");
  }

  private Weights(
      WeightSource source,
      DType dtype,
      Device device,
      Map<String, Tensor> tensors,
      Map<String, List<LowRankAdapter>> adapters,
      List<DerivedTensor> derived,
      String prefix) {
    this.source = source;
    this.dtype = dtype;
    this.device = device;
    this.tensors = tensors;
    this.adapters = adapters;
    this.derived = derived;
    this.prefix = prefix;
  }

  /**
   * Opens the weights in one network's folder, see {@link WeightsFolder}.
   *
   * @throws InvalidInputException if it has none, they are damaged, or would run code
   */
  public static Weights open(Path folder, DType dtype, Device device) {
    return new Weights(WeightsFolder.open(folder), dtype, device);
  }

  /** Weights drawn from a seed, see {@link SeededWeights}. */
  public static Weights seeded(long seed, DType dtype, Device device) {
    return new Weights(new SeededWeights(seed), dtype, device);
  }

  /** The same weights seen from {@code scope}: {@code at("a").get("b")} is {@code get("a.b")}. */
  public Weights at(String scope) {
    return new Weights(source, dtype, device, tensors, adapters, derived, prefix + scope + ".");
  }

  /** The same weights seen from the {@code index}-th element of a list. */
  public Weights at(String list, int index) {
    return at(list + "." + index);
  }

  /** Whether a tensor of that name exists, whatever its shape. */
  public boolean has(String name) {
    return source.has(prefix + name);
  }

  /**
   * The tensor of that name; it belongs to these weights and must not be closed.
   *
   * @throws InvalidInputException if it is missing, or has another shape than {@code shape}
   */
  public Tensor get(String name, long... shape) {
    String fullName = prefix + name;
    Tensor known = tensors.get(fullName);
    if (known != null) {
      requireShape(fullName, known, shape);
      return known;
    }
    try (var scope = new TensorScope()) {
      Tensor stored = source.read(fullName, shape);
      if (!DType.of(stored).isFloatingPoint()) {
        throw new InvalidInputException(
            "Tensor '%s' in %s holds %s, not floating-point numbers; use unquantised weights."
                .formatted(fullName, source.description(), DType.of(stored)));
      }
      boolean asStored =
          device.type() == Device.Type.CPU
              && DType.of(stored) == dtype
              && !wantsChannelsInnermost(shape);
      Tensor tensor = scope.own(asStored ? stored : converted(source.copy(fullName, shape)));
      tensors.put(fullName, tensor);
      return tensor;
    }
  }

  private Tensor converted(Tensor stored) {
    try (var scope = new TensorScope()) {
      Tensor tensor = Tensors.to(stored, device, dtype);
      return scope.keep(
          wantsChannelsInnermost(Tensors.shape(stored))
              ? tensor.contiguous(torch.MemoryFormat.ChannelsLast)
              : tensor);
    }
  }

  /**
   * In reduced precision the kernels of convolutions have their channels innermost on the CPU:
   * there oneDNN then reorders no picture, and what it puts out is laid out alike. In float32 it
   * would gain nothing, and the file's own pages are used as they are.
   */
  private boolean wantsChannelsInnermost(long[] shape) {
    return device.type() == Device.Type.CPU
        && dtype.byteSize() < DType.FLOAT32.byteSize()
        && shape.length == 4;
  }

  private static void requireShape(String name, Tensor tensor, long[] shape) {
    if (!Arrays.equals(Tensors.shape(tensor), shape)) {
      throw new IllegalArgumentException(
          "'%s' was asked for as %s before, now as %s."
              .formatted(name, Arrays.toString(Tensors.shape(tensor)), Arrays.toString(shape)));
    }
  }

  /** The type every tensor has here. */
  public DType dtype() {
    return dtype;
  }

  /** Where every tensor lies. */
  public Device device() {
    return device;
  }

  /** All that was asked for so far, by full name, in the order of asking. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * For a layer that is built from this view: what it shall compute beside its weight. The list is
   * empty at first, is the same for every view of this scope, and may change between two forwards.
   */
  public List<LowRankAdapter> adapters() {
    return adapters.computeIfAbsent(
        prefix.substring(0, Math.max(0, prefix.length() - 1)), layer -> new ArrayList<>());
  }

  /**
   * The {@linkplain #adapters lists} of all layers that keep one, by the layer's full name; its
   * weight is the {@linkplain #tensors tensor} of that name and {@code .weight}.
   */
  public Map<String, List<LowRankAdapter>> adaptable() {
    return Collections.unmodifiableMap(adapters);
  }

  /** What shall be computed from one of these tensors when it is first needed, and kept. */
  public DerivedTensor derived(Tensor tensor, UnaryOperator<Tensor> derivation) {
    DerivedTensor result = new DerivedTensor(tensor, derivation);
    derived.add(result);
    return result;
  }

  /** Names of tensors that exist beneath this view and nobody asked for. */
  public List<String> surplus() {
    return source.unread(prefix);
  }

  /**
   * Called when a network is complete: refuses tensors that it has no place for, then lets go of
   * the files. Tensors that view a mapped file keep it mapped.
   *
   * @throws InvalidInputException naming the tensors nobody asked for
   */
  public void requireNoSurplus() {
    List<String> surplus = surplus();
    if (!surplus.isEmpty()) {
      throw new InvalidInputException(
          "%s holds %d tensor(s) that its config.json has no place for (%s%s); is it the config of these weights?"
              .formatted(
                  source.description(),
                  surplus.size(),
                  String.join(", ", surplus.subList(0, Math.min(5, surplus.size()))),
                  surplus.size() > 5 ? ", ..." : ""));
    }
    source.close();
  }

  /** Frees every tensor, of all views; adapters belong to whoever put them there. */
  @Override
  public void close() {
    derived.forEach(DerivedTensor::close);
    tensors.values().forEach(Tensor::close);
    tensors.clear();
    source.close();
  }
}
