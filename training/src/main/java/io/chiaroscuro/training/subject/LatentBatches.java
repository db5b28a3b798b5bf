package io.chiaroscuro.training.subject;

import io.chiaroscuro.training.data.Batch;
import io.chiaroscuro.training.data.Batches;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;

/** The batches of a denoiser's training by their number. */
public interface LatentBatches extends AutoCloseable {

  /**
   * @param number of the batch in the whole run, from 0
   * @return this process's share of it, kept in the caller's scope
   */
  LatentBatch at(long number);

  /** Pictures in a batch, of all processes together. */
  int batchSize();

  @Override
  void close();

  /**
   * The batches of one data set.
   *
   * @param batches closed with this object
   */
  static LatentBatches of(Batches<DiagonalGaussianDistribution> batches, int batchSize) {
    return new LatentBatches() {
      @Override
      public LatentBatch at(long number) {
        Batch<DiagonalGaussianDistribution> batch = batches.at(number);
        return new LatentBatch(batch.pictures(), batch.captions());
      }

      @Override
      public int batchSize() {
        return batchSize;
      }

      @Override
      public void close() {
        batches.close();
      }
    };
  }
}
