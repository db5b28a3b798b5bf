package io.chiaroscuro.pipeline;

import io.chiaroscuro.checkpoint.ModelIndex;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What Stable Diffusion XL is told of sizes; other families are told nothing.
 *
 * @param wanted of the picture
 * @param unwanted beside the negative prompt; empty for the same, but for the refiner without crop,
 *     as in diffusers
 */
public record MicroConditioning(SizeConditions wanted, Optional<SizeConditions> unwanted) {

  /** diffusers' default. */
  public static final MicroConditioning NONE =
      new MicroConditioning(SizeConditions.NONE, Optional.empty());

  /** diffusers' defaults for the refiner. */
  private static final double AESTHETIC_SCORE = 6;

  private static final double NEGATIVE_AESTHETIC_SCORE = 2.5;

  /**
   * What the UNet is told beside the prompt.
   *
   * @param model what that is depends on
   */
  double[] wantedIds(ModelIndex model, int width, int height) {
    return wanted.timeIds(width, height, score(model, AESTHETIC_SCORE));
  }

  /** What it is told beside the negative prompt. */
  double[] unwantedIds(ModelIndex model, int width, int height) {
    SizeConditions sizes =
        unwanted.orElse(model.requiresAestheticsScore() ? wanted.withoutCrop() : wanted);
    return sizes.timeIds(width, height, score(model, NEGATIVE_AESTHETIC_SCORE));
  }

  private static OptionalDouble score(ModelIndex model, double score) {
    return model.requiresAestheticsScore() ? OptionalDouble.of(score) : OptionalDouble.empty();
  }

  /** What differs from the default, by diffusers' names, for a picture's provenance. */
  Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>(wanted.describe(""));
    unwanted.ifPresent(conditions -> facts.putAll(conditions.describe("negative_")));
    return facts;
  }
}
