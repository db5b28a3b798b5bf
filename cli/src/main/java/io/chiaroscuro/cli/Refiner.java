package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.HandOver;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.util.List;
import java.util.Map;

/**
 * What finishes the pictures that a base model began, not loaded yet.
 *
 * @param request the base model's, with the refiner's sampler
 */
record Refiner(Checkpoint checkpoint, GenerationRequest request, ModelOptions computing) {

  /** How many steps it takes. */
  int steps() {
    return HandOver.stepsOfRefiner(request);
  }

  /**
   * Loads it.
   *
   * @param vae the autoencoder that was asked for
   */
  StableDiffusion load(VaeOptions vae) {
    return vae.applied(
        StableDiffusion.load(checkpoint, computing.device(), computing.dtype(), List.of()));
  }

  /** What it is, for a picture's provenance. */
  Map<String, String> describe() {
    return Map.of("refiner", checkpoint.name(), "refiner_hash", checkpoint.hash());
  }
}
