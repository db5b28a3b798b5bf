package io.chiaroscuro.cli;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.DenoisingStep;
import io.chiaroscuro.vae.Autoencoder;
import java.util.List;
import java.util.Optional;

/**
 * What a model expects to see, after some of its steps.
 *
 * @param every after every so many steps but the last; 0 for never
 * @param model what decodes them; stays the caller's
 * @param vae its autoencoder if that is for previews alone; closed with this object
 */
record Previews(int every, StableDiffusion model, Optional<Autoencoder> vae)
    implements AutoCloseable {

  /** Whether there is one after this step. */
  boolean isDue(DenoisingStep step) {
    int done = step.index() + 1;
    return every > 0 && done % every == 0 && done < step.total();
  }

  /** The predictions of x_0, decoded, one for each picture of the batch. */
  List<RgbImage> of(DenoisingStep step) {
    return model.decode(step.predOriginalSample());
  }

  @Override
  public void close() {
    vae.ifPresent(Autoencoder::close);
  }
}
