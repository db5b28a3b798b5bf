package io.chiaroscuro.adapter;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The networks of {@code tools/fixtures/pipelines.py}, and the LoRAs that adapters.py draws. */
record TinyNetworks(UNet2DConditionModel unet, CLIPTextModel textEncoder) implements AutoCloseable {

  static final int RANK = 2;

  static final Map<Component, List<String>> ATTENTION =
      Map.of(
          Component.UNET,
          List.of("to_q", "to_k", "to_v", "to_out.0"),
          Component.TEXT_ENCODER,
          List.of("q_proj", "k_proj", "v_proj", "out_proj"));

  /** What LoCon adapts: convolutions and the other linear layers too. */
  static final Map<Component, List<String>> ALL =
      Map.of(
          Component.UNET,
          List.of(
              "to_q",
              "to_k",
              "to_v",
              "to_out.0",
              "conv1",
              "conv2",
              "conv_shortcut",
              "downsamplers.0.conv",
              "upsamplers.0.conv",
              "proj_in",
              "proj_out",
              "ff.net.0.proj",
              "ff.net.2",
              "time_emb_proj"),
          Component.TEXT_ENCODER,
          List.of("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"));

  private static final int SEED = 7;
  private static final int LORA_SEED = 11;

  static TinyNetworks family1() {
    return new TinyNetworks(
        new UNet2DConditionModel(
            UNet2DConditionConfig.read(Fixture.path("pipelines/family1/unet/config.json")),
            Weights.seeded(SEED, DType.FLOAT32, Device.CPU)),
        new CLIPTextModel(
            CLIPTextConfig.read(Fixture.path("pipelines/family1/text_encoder/config.json")),
            Weights.seeded(SEED, DType.FLOAT32, Device.CPU)));
  }

  Map<Component, Weights> weights() {
    return Map.of(Component.UNET, unet.weights(), Component.TEXT_ENCODER, textEncoder.weights());
  }

  /** A LoRA with the factors that adapters.py draws, beside the layers with these last names. */
  Lora seeded(Map<Component, List<String>> targets, double alpha) {
    Map<Component, Map<String, LowRankAdapter>> adapters = new EnumMap<>(Component.class);
    Weights source = Weights.seeded(LORA_SEED, DType.FLOAT32, Device.CPU);
    weights()
        .forEach(
            (component, weights) -> {
              Map<String, LowRankAdapter> ofLayers = new LinkedHashMap<>();
              for (String layer : weights.adaptable().keySet()) {
                if (targets.get(component).stream().anyMatch(t -> layer.endsWith("." + t))) {
                  long[] shape = Tensors.shape(weights.tensors().get(layer + ".weight"));
                  String name = component.folder() + "." + layer;
                  ofLayers.put(
                      layer,
                      new LowRankAdapter(
                          draw(source, name + ".lora_A.weight", LoraShapes.down(shape, RANK)),
                          draw(source, name + ".lora_B.weight", LoraShapes.up(shape, RANK)),
                          alpha / RANK));
                }
              }
              adapters.put(component, ofLayers);
            });
    source.close();
    return new Lora(weights(), adapters);
  }

  private static Tensor draw(Weights source, String name, long[] shape) {
    try (var scope = new TensorScope()) {
      return scope.own(source.get(name, shape).clone());
    }
  }

  @Override
  public void close() {
    unet.close();
    textEncoder.close();
  }
}
