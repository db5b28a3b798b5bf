package io.chiaroscuro.benchmarks;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How fast this machine multiplies: the best of several products and convolutions large enough to
 * be bound by nothing else.
 */
final class MatrixRate {

  private static final int REPETITIONS = 8;
  private static final List<Integer> SIDES = List.of(1024, 2048, 4096);
  private static final int CHANNELS = 512;
  private static final int PIXELS = 64;
  private static final int KERNEL = 3;

  private MatrixRate() {}

  /** TFLOP/s. */
  static double best(DType dtype) {
    double best = 0;
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      for (int side : SIDES) {
        Tensor factor = generator.randn(side, side).to(dtype.torch());
        best = Math.max(best, rate(2.0 * side * side * side, () -> factor.mm(factor)));
      }
      Tensor image = generator.randn(1, CHANNELS, PIXELS, PIXELS).to(dtype.torch());
      Tensor kernel = generator.randn(CHANNELS, CHANNELS, KERNEL, KERNEL).to(dtype.torch());
      int inner = PIXELS - KERNEL + 1;
      double flop = 2.0 * inner * inner * CHANNELS * CHANNELS * KERNEL * KERNEL;
      best = Math.max(best, rate(flop, () -> torch.conv2d(image, kernel)));
    }
    return best;
  }

  private static double rate(double flop, Runnable product) {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < REPETITIONS; i++) {
      try (var scope = new TensorScope()) {
        long begin = System.nanoTime();
        product.run();
        least = Math.min(least, (System.nanoTime() - begin) / 1e9);
      }
    }
    return flop / least / 1e12;
  }
}
