package io.chiaroscuro.adapter;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Ways in which LoRA files are written. */
public enum LoraFormat {
  /**
   * PEFT's names, as diffusers writes them. The scale becomes part of {@code lora_B}: where alpha
   * would stand, older versions and other programs do not look.
   */
  DIFFUSERS {
    @Override
    String label(Component component, String layer) {
      return component.folder() + "." + moduleName(component, layer);
    }

    @Override
    Map<String, Tensor> tensors(Component component, String layer, LowRankAdapter adapter) {
      try (var scope = new TensorScope()) {
        String label = label(component, layer);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(label + ".lora_A.weight", scope.keep(adapter.down().detach()));
        tensors.put(
            label + ".lora_B.weight",
            scope.keep(adapter.up().detach().mul(new Scalar(adapter.scale()))));
        return tensors;
      }
    }

    @Override
    Map<String, String> metadata(Lora lora) {
      return LoraMetadata.of(lora);
    }
  },

  /** Names of kohya's sd-scripts, which most other programs read; alpha lies beside each layer. */
  KOHYA {
    @Override
    String label(Component component, String layer) {
      String network = component == Component.TEXT_ENCODER ? "te" : component.folder();
      return "lora_%s_%s".formatted(network, moduleName(component, layer).replace('.', '_'));
    }

    @Override
    Map<String, Tensor> tensors(Component component, String layer, LowRankAdapter adapter) {
      try (var scope = new TensorScope()) {
        String label = label(component, layer);
        float alpha = (float) (adapter.scale() * adapter.rank());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(label + ".lora_down.weight", scope.keep(adapter.down().detach()));
        tensors.put(label + ".lora_up.weight", scope.keep(adapter.up().detach()));
        tensors.put(label + ".alpha", scope.keep(Tensors.of(new float[] {alpha})));
        return tensors;
      }
    }

    @Override
    Map<String, String> metadata(Lora lora) {
      return Map.of("format", "pt");
    }
  };

  /** What the names of a layer's tensors begin with. */
  abstract String label(Component component, String layer);

  /** A layer's tensors by name, kept in the caller's scope. */
  abstract Map<String, Tensor> tensors(Component component, String layer, LowRankAdapter adapter);

  abstract Map<String, String> metadata(Lora lora);

  /** transformers up to 4, and with it every file there is, has the text encoder in a module. */
  private static String moduleName(Component component, String layer) {
    return component == Component.TEXT_ENCODER ? "text_model." + layer : layer;
  }
}
