package io.chiaroscuro.training.subject;

import io.chiaroscuro.training.data.Batch;
import io.chiaroscuro.training.data.Batches;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.util.stream.Stream;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The batches of a denoiser's training by their number. */
public interface LatentBatches extends AutoCloseable {

  /**
   * @param number of the batch in the whole run, from 0
   * @return this process's share of it, kept in the caller's scope
   */
  LatentBatch at(long number);

  /** Pictures in a batch, of all processes together. */
  int batchSize();

  /** Equal parts of a batch of which every process has its share: instance and class pictures. */
  default int parts() {
    return 1;
  }

  @Override
  void close();

  /**
   * Batches whose first half is of one data set and whose second half is of another.
   *
   * @param first closed with this object
   * @param second of as many pictures; closed with this object
   */
  static LatentBatches halves(LatentBatches first, LatentBatches second) {
    return new LatentBatches() {
      @Override
      public LatentBatch at(long number) {
        LatentBatch a = first.at(number);
        LatentBatch b = second.at(number);
        return new LatentBatch(
            new DiagonalGaussianDistribution(
                torch.cat(new TensorVector(a.posterior().mean(), b.posterior().mean())),
                torch.cat(new TensorVector(a.posterior().logvar(), b.posterior().logvar()))),
            Stream.of(a, b).flatMap(half -> half.captions().stream()).toList());
      }

      @Override
      public int batchSize() {
        return first.batchSize() + second.batchSize();
      }

      @Override
      public int parts() {
        return 2;
      }

      @Override
      public void close() {
        first.close();
        second.close();
      }
    };
  }

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
