package io.chiaroscuro.original;

import java.util.List;

/**
 * A text encoder of a single file.
 *
 * @param module what its names begin with there
 * @param position 1 for {@code text_encoder}, 2 for {@code text_encoder_2}
 * @param hasProjection whether XL takes its pooled text
 */
record TextEncoder(String module, int position, boolean hasProjection) {

  static List<TextEncoder> of(Family family) {
    List<String> modules = family.textEncoders();
    return switch (family) {
      case V1, V2 -> List.of(new TextEncoder(modules.get(0), 1, false));
      case XL ->
          List.of(
              new TextEncoder(modules.get(0), 1, false), new TextEncoder(modules.get(1), 2, true));
      // diffusers leaves the first place empty.
      case XL_REFINER -> List.of(new TextEncoder(modules.get(0), 2, true));
    };
  }

  String folder() {
    return position == 1 ? "text_encoder" : "text_encoder_2";
  }

  String tokenizer() {
    return position == 1 ? "tokenizer" : "tokenizer_2";
  }

  String className() {
    return hasProjection ? "CLIPTextModelWithProjection" : "CLIPTextModel";
  }

  /** OpenCLIP's modules are called {@code model}, those of transformers {@code transformer}. */
  boolean isOpenClip() {
    return module.endsWith(".model.");
  }

  /** What a prompt is filled up with: OpenCLIP takes the token of id 0. */
  String padToken() {
    return isOpenClip() ? "!" : "<|endoftext|>";
  }
}
