package io.chiaroscuro.adapter;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Low-rank adaptation of a checkpoint's networks (<a href="https://arxiv.org/abs/2106.09685">Hu et
 * al. 2021</a>): one adapter beside each of some layers. The networks' weights are never touched;
 * several may be attached at once and their effects add up. {@link MergedLoras} makes them part of
 * the weights instead.
 *
 * <pre>{@code
 * try (var lora = LoraFile.read(path, model.networks())) {
 *   lora.attach(LoraWeight.of(0.8));
 *   ... // pictures with it
 *   lora.detach();
 *   ... // the same pictures as if it had never been there
 * }
 * }</pre>
 */
public final class Lora implements AutoCloseable {

  private final Map<Component, Weights> networks;
  private final Map<Component, Map<String, LowRankAdapter>> adapters;

  /** Those of {@link #adapters} that lie beside a layer now, as they lie there. */
  private final Set<LowRankAdapter> attached = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * @param networks what is adapted
   * @param adapters by the full name of the layer in its network; their tensors are closed with
   *     this object
   * @throws IllegalArgumentException if a network has no such layer
   */
  public Lora(
      Map<Component, Weights> networks, Map<Component, Map<String, LowRankAdapter>> adapters) {
    this.networks = Map.copyOf(networks);
    Map<Component, Map<String, LowRankAdapter>> copy = new EnumMap<>(Component.class);
    adapters.forEach(
        (component, ofLayers) -> {
          if (!networks.containsKey(component)
              || !networks.get(component).adaptable().keySet().containsAll(ofLayers.keySet())) {
            throw new IllegalArgumentException("Not all are layers of a " + component + " here.");
          }
          copy.put(component, Collections.unmodifiableMap(new LinkedHashMap<>(ofLayers)));
        });
    this.adapters = Collections.unmodifiableMap(copy);
  }

  /** The adapters with the scale they were trained with, by component and layer. */
  public Map<Component, Map<String, LowRankAdapter>> adapters() {
    return adapters;
  }

  /** What is adapted. */
  Map<Component, Weights> networks() {
    return networks;
  }

  /** As below, with the same weight in all networks. */
  public void attach(double weight) {
    attach(LoraWeight.of(weight));
  }

  /**
   * Lets the networks compute with it from now on; again with another weight changes the weight.
   */
  public void attach(LoraWeight weight) {
    detach();
    adapters.forEach(
        (component, ofLayers) ->
            ofLayers.forEach(
                (layer, adapter) -> {
                  LowRankAdapter weighted = adapter.times(weight.in(component));
                  networks.get(component).adaptable().get(layer).add(weighted);
                  attached.add(weighted);
                }));
  }

  /** Lets the networks compute without it, to the last bit as before. */
  public void detach() {
    adapters.forEach(
        (component, ofLayers) ->
            ofLayers
                .keySet()
                .forEach(
                    layer ->
                        networks
                            .get(component)
                            .adaptable()
                            .get(layer)
                            .removeIf(attached::contains)));
    attached.clear();
  }

  /**
   * All factors by the names that diffusers gives them, {@code
   * unet.mid_block.attentions.0.proj_in.lora_A.weight} for a {@code down} and {@code lora_B} for an
   * {@code up}: what a trainer optimises.
   */
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    adapters.forEach(
        (component, ofLayers) ->
            ofLayers.forEach(
                (layer, adapter) -> {
                  String name = component.folder() + "." + layer;
                  tensors.put(name + ".lora_A.weight", adapter.down());
                  tensors.put(name + ".lora_B.weight", adapter.up());
                }));
    return tensors;
  }

  /** Detaches it and frees its tensors. */
  @Override
  public void close() {
    detach();
    tensors().values().forEach(Tensor::close);
  }
}
