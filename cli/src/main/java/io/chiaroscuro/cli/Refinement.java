package io.chiaroscuro.cli;

import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;

/** Goes on, by a refiner, with what the base model has denoised. */
record Refinement(StableDiffusion refiner, GenerationRequest request, DenoisingWatch watch) {

  /** The exposure with the refiner's steps taken, in the place of the one given. */
  Exposure refined(Exposure exposure) {
    if (!exposure.isDenoised()) {
      return exposure;
    }
    try (var generation =
        Generation.refining(
            refiner, request, exposure.latents(), exposure.generators().orElseThrow())) {
      watch.denoise(generation, exposure.first(), exposure.suffix());
      return exposure.after(generation.latents());
    }
  }
}
