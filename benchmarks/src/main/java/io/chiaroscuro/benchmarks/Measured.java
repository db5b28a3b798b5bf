package io.chiaroscuro.benchmarks;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Locale;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * What a job took and made.
 *
 * @param seconds on the clock
 * @param spread standard deviation of the result, by which both sides show that they did the same
 *     job; 0 where there is none
 */
record Measured(double seconds, double spread) {

  /** Runs {@code job}; taking the spread is not part of the time. */
  static Measured of(Supplier<Tensor> job) {
    try (var scope = new TensorScope()) {
      long begin = System.nanoTime();
      Tensor result = job.get();
      double seconds = (System.nanoTime() - begin) / 1e9;
      Tensor values = Tensors.to(result, Device.CPU, DType.FLOAT32);
      return new Measured(seconds, values.std().item_double());
    }
  }

  /** Runs {@code job}, which makes nothing to compare. */
  static Measured of(Runnable job) {
    long begin = System.nanoTime();
    job.run();
    return new Measured((System.nanoTime() - begin) / 1e9, 0);
  }

  /** The worker's answer. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.6f %.9g", seconds, spread);
  }
}
