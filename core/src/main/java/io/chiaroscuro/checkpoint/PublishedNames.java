package io.chiaroscuro.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The older names that published files bear for what today's diffusers and transformers, and our
 * networks, call otherwise.
 */
final class PublishedNames {

  /** transformers up to 4 nested the text encoder in a module of this name. */
  private static final String TEXT_MODEL = "text_model.";

  private static final List<String> TEXT_ENCODER =
      List.of("embeddings.", "encoder.layers.", "final_layer_norm.");

  /** diffusers up to 0.17 had an {@code AttentionBlock} of its own in the autoencoder. */
  private static final Map<String, String> ATTENTION_BLOCK =
      Map.of("to_q", "query", "to_k", "key", "to_v", "value", "to_out.0", "proj_attn");

  private static final Pattern ATTENTION =
      Pattern.compile("(.*\\.attentions\\.\\d+\\.)(to_q|to_k|to_v|to_out\\.0)(\\.weight|\\.bias)");

  /** Buffers and heads that the networks here have no use for, by the ends of their names. */
  private static final List<String> HARMLESS =
      List.of("embeddings.position_ids", "text_projection.weight", "logit_scale");

  private PublishedNames() {}

  /** The names under which {@code name} may be found in a file, today's first. */
  static Stream<String> of(String name) {
    if (TEXT_ENCODER.stream().anyMatch(name::startsWith)) {
      return Stream.of(name, TEXT_MODEL + name);
    }
    Matcher attention = ATTENTION.matcher(name);
    if (attention.matches()) {
      String old = ATTENTION_BLOCK.get(attention.group(2));
      return Stream.of(name, attention.group(1) + old + attention.group(3));
    }
    return Stream.of(name);
  }

  /** Whether a tensor may lie in a file without being asked for. */
  static boolean isHarmless(String name) {
    return HARMLESS.stream().anyMatch(name::endsWith);
  }

  /**
   * Whether the stored shape holds the same numbers: a linear layer and a 1x1 convolution differ in
   * two axes of size one, and both were written for the autoencoder's attention.
   */
  static boolean sameNumbers(long[] stored, long[] wanted) {
    return Arrays.equals(withoutUnitKernel(stored), withoutUnitKernel(wanted));
  }

  private static long[] withoutUnitKernel(long[] shape) {
    return shape.length == 4 && shape[2] == 1 && shape[3] == 1 ? Arrays.copyOf(shape, 2) : shape;
  }
}
