package io.chiaroscuro.adapter;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Families of models that LoRAs are made for. They can be told apart by how long the vectors are
 * that a UNet attends to, and some by names of layers that no other has.
 */
public enum ModelFamily {
  DIFFUSION_TRANSFORMER(
      "a diffusion transformer such as Stable Diffusion 3 or Flux",
      0,
      "transformer.",
      "joint_blocks",
      "double_blocks",
      "single_blocks",
      "lora_te3_"),
  STABLE_DIFFUSION_1("Stable Diffusion 1.x", 768),
  STABLE_DIFFUSION_2("Stable Diffusion 2.x", 1024),
  STABLE_DIFFUSION_XL(
      "Stable Diffusion XL",
      2048,
      "lora_te2_",
      "text_encoder_2.",
      "label_emb",
      "add_embedding",
      "transformer_blocks_1_",
      "transformer_blocks.1."),
  STABLE_DIFFUSION_XL_REFINER("the refiner of Stable Diffusion XL", 1280);

  private final String title;
  private final long contextWidth;
  private final List<String> marks;

  ModelFamily(String title, long contextWidth, String... marks) {
    this.title = title;
    this.contextWidth = contextWidth;
    this.marks = List.of(marks);
  }

  /** As people call it. */
  public String title() {
    return title;
  }

  /**
   * @param width of the vectors that the UNet attends to, {@code cross_attention_dim}
   */
  static Optional<ModelFamily> ofContextWidth(long width) {
    return Arrays.stream(values())
        .filter(family -> width > 0 && family.contextWidth == width)
        .findFirst();
  }

  /** How long the vectors are that a LoRA's UNet attends to; empty where it leaves them alone. */
  static OptionalLong contextWidth(AdapterFile file) {
    for (String name : file.names()) {
      boolean ofContext =
          name.contains("attn2") && (name.contains("to_k") || name.contains("to_v"));
      if (ofContext && LoraKey.parse(name).filter(k -> k.part() == LoraKey.Part.DOWN).isPresent()) {
        Optional<long[]> shape = file.shape(name).filter(axes -> axes.length > 1);
        return shape.isPresent() ? OptionalLong.of(shape.get()[1]) : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }

  /** A width with what is known of it. */
  static String described(long contextWidth) {
    return ofContextWidth(contextWidth)
        .map(family -> "%d numbers (%s)".formatted(contextWidth, family.title))
        .orElse("%d numbers".formatted(contextWidth));
  }

  /** By the names of layers or tensors alone. */
  static Optional<ModelFamily> named(Collection<String> names) {
    return Arrays.stream(values())
        .filter(family -> family.marks.stream().anyMatch(m -> anyContains(names, m)))
        .findFirst();
  }

  private static boolean anyContains(Collection<String> names, String mark) {
    return names.stream().anyMatch(name -> name.contains(mark));
  }
}
