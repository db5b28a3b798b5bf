package io.chiaroscuro.training.method;

import io.chiaroscuro.training.data.Augmentation;
import io.chiaroscuro.training.data.BatchOrder;
import io.chiaroscuro.training.data.Batches;
import io.chiaroscuro.training.data.CachingProgress;
import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.data.EncodedPixels;
import io.chiaroscuro.training.data.Examples;
import io.chiaroscuro.training.data.LatentCaching;
import io.chiaroscuro.training.data.Pictures;
import io.chiaroscuro.training.data.Pixels;
import io.chiaroscuro.training.data.Share;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.subject.LatentBatches;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.util.Optional;

/**
 * Captioned pictures for a denoiser.
 *
 * @param examples the pictures
 * @param augmentation what differs each time
 * @param dropout captions withheld
 * @param latentCaching where latents are kept; empty to encode each picture whenever its turn comes
 */
public record TrainingPictures(
    Examples examples,
    Augmentation augmentation,
    CaptionDropout dropout,
    Optional<LatentCaching> latentCaching) {

  /**
   * The batches of a run.
   *
   * @param vae encodes; belongs to the caller and outlives the batches
   * @param batchSize of all processes together
   * @param seed of the order
   */
  LatentBatches batches(
      AutoencoderKL vae,
      int batchSize,
      long seed,
      ProcessGroup processes,
      CachingProgress progress) {
    Share share = new Share(processes.rank(), processes.size());
    share.count(batchSize);
    Pictures<DiagonalGaussianDistribution> pictures =
        latentCaching.isPresent()
            ? processes.inTurn(
                () -> latentCaching.get().fill(examples, augmentation, vae, progress))
            : new EncodedPixels(Pixels.decoding(examples, augmentation), vae);
    var order = new BatchOrder(examples, batchSize, seed);
    return LatentBatches.of(new Batches<>(examples, pictures, order, share, dropout), batchSize);
  }
}
