package io.chiaroscuro.server.model;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.scheduler.SamplerName;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.util.Locale;

/**
 * What a checkpoint's settings say, without its weights.
 *
 * @param name by which clients ask for it
 * @param family {@code stable_diffusion} or {@code stable_diffusion_xl}
 * @param trainedSize the side of the pictures it was trained on, in pixels
 * @param latentChannels of its autoencoder
 * @param downscale how many pixels' side a latent stands for
 * @param scheduler its own sampler, with its settings
 */
public record ModelFacts(
    String name,
    String family,
    int trainedSize,
    int latentChannels,
    int downscale,
    SchedulerConfig scheduler) {

  /**
   * @throws InvalidInputException if a part of the checkpoint is missing or malformed
   */
  static ModelFacts of(ServedModel model) {
    Checkpoint checkpoint = model.checkpoint();
    AutoencoderKLConfig vae = AutoencoderKLConfig.read(checkpoint.config(Component.VAE));
    return new ModelFacts(
        model.name(),
        checkpoint.modelIndex().family().name().toLowerCase(Locale.ROOT),
        StableDiffusion.trainedSize(checkpoint),
        vae.latentChannels(),
        vae.downscale(),
        StableDiffusion.schedulerConfig(checkpoint));
  }

  /**
   * Refuses at once what the loaded model would refuse later.
   *
   * @throws RefusedException naming the field
   */
  public void requireFits(ImageRequest request) {
    refusing(
        "prompt",
        () -> {
          PromptSyntax.WEIGHTED.parse(request.prompt());
          PromptSyntax.WEIGHTED.parse(request.negativePrompt());
        });
    if (request.scheduler() != null) {
      refusing("scheduler", () -> SamplerName.apply(request.scheduler(), scheduler));
    }
    if (request.width() != null) {
      refusing(
          "width",
          () -> LatentShape.ofImage(latentChannels, downscale, request.width(), downscale));
    }
    if (request.height() != null) {
      refusing(
          "height",
          () -> LatentShape.ofImage(latentChannels, downscale, downscale, request.height()));
    }
    if (request.light().channels() != null) {
      request.light().channels().keySet().forEach(this::requireChannel);
    }
  }

  private void requireChannel(String channel) {
    if (Integer.parseInt(channel) >= latentChannels) {
      throw new RefusedException(
          "light.channels",
          "There is no latent channel %s; this model has 0 to %d."
              .formatted(channel, latentChannels - 1));
    }
  }

  private static void refusing(String field, Runnable check) {
    try {
      check.run();
    } catch (InvalidInputException e) {
      throw new RefusedException(field, e.getMessage());
    }
  }
}
