package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Pictures of what the model expects to see, while it is at work. */
final class PreviewOptions {

  @Option(
      names = "--preview-every",
      defaultValue = "0",
      paramLabel = "N",
      description = "After every Nth step write the picture that is expected then.")
  private int every;

  @Option(
      names = "--preview-vae",
      paramLabel = "FOLDER",
      description = {
        "Decode previews by this autoencoder (an AutoencoderTiny, TAESD for example) instead of that of",
        "the pictures, which takes longer."
      })
  private Path vae;

  /** Refuses what cannot be meant, before any work is done. */
  void check() {
    if (every < 0 || every == 0 && vae != null) {
      throw new InvalidInputException(
          "--preview-every is %d; give a positive number%s."
              .formatted(every, vae == null ? "" : " with --preview-vae"));
    }
  }

  /** The previews of a model's pictures. */
  Previews open(StableDiffusion model) {
    if (vae == null) {
      return new Previews(every, model, Optional.empty());
    }
    StableDiffusion other = model.withVae(vae);
    return new Previews(every, other, Optional.of(other.vae()));
  }
}
