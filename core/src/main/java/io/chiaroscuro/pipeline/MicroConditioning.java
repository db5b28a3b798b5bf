package io.chiaroscuro.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What Stable Diffusion XL is told of sizes; other families are told nothing.
 *
 * @param wanted of the picture
 * @param unwanted beside the negative prompt; empty for the same
 */
public record MicroConditioning(SizeConditions wanted, Optional<SizeConditions> unwanted) {

  /** diffusers' default. */
  public static final MicroConditioning NONE =
      new MicroConditioning(SizeConditions.NONE, Optional.empty());

  /** What differs from the default, by diffusers' names, for a picture's provenance. */
  Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>(wanted.describe(""));
    unwanted.ifPresent(conditions -> facts.putAll(conditions.describe("negative_")));
    return facts;
  }
}
