package io.chiaroscuro.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WinogradTest {

  private static final long[] ONE = {1, 1};

  /** More tiles than go together, so that strips are taken, the last one of fewer rows. */
  @ParameterizedTest
  @CsvSource({
    "SAME_SIZE, FLOAT32, 3, 70, 44, 1e-6",
    "SAME_SIZE, BFLOAT16, 3, 70, 44, 1e-2",
    "SAME_SIZE, FLOAT32, 1, 2, 2, 1e-6",
    "SAME_SIZE, FLOAT32, 1, 4, 4200, 1e-6",
    "TWICE_THE_SIZE, FLOAT32, 3, 35, 22, 1e-6",
    "TWICE_THE_SIZE, BFLOAT16, 3, 35, 22, 1e-2",
    "TWICE_THE_SIZE, FLOAT32, 1, 1, 1, 1e-6",
  })
  void isTheConvolution(
      Winograd winograd, DType dtype, int batch, int height, int width, double bound) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor x = generator.randn(batch, 24, height, width).to(dtype.torch());
      Tensor kernel = generator.randn(40, 24, 3, 3).to(dtype.torch());
      Tensor bias = generator.randn(40).to(dtype.torch());

      Tensor y = winograd.convolve(x, winograd.transformed(kernel), bias);

      Tensor exact = x.to(DType.FLOAT64.torch());
      if (winograd == Winograd.TWICE_THE_SIZE) {
        exact = torch.upsample_nearest2d(exact, 2L * height, 2L * width);
      }
      exact =
          torch.conv2d(
              exact,
              kernel.to(DType.FLOAT64.torch()),
              new TensorOptional(bias.to(DType.FLOAT64.torch())),
              ONE,
              ONE,
              ONE,
              1);
      assertThat(Tensors.shape(y)).isEqualTo(Tensors.shape(exact));
      assertThat(DType.of(y)).isEqualTo(dtype);
      assertThat(distance(y, exact)).isLessThan(bound);
    }
  }

  /** One tensor that leaked a step would add 2 MiB eighty times. */
  @Test
  void residentSizeStaysFlatOverAHundredConvolutions() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor x = generator.randn(1, 64, 128, 64).to(DType.BFLOAT16.torch());
      Tensor bias = generator.randn(64).to(DType.BFLOAT16.torch());
      Tensor kernel =
          Winograd.SAME_SIZE.transformed(generator.randn(64, 64, 3, 3).to(DType.BFLOAT16.torch()));
      long after20 = 0;
      for (int step = 0; step < 100; step++) {
        try (var inner = new TensorScope()) {
          Winograd.SAME_SIZE.convolve(x, kernel, bias);
        }
        if (step == 20) {
          after20 = Pointer.physicalBytes();
        }
      }
      assertThat(Pointer.physicalBytes() - after20).isLessThan(32L << 20);
    }
  }

  static double distance(Tensor y, Tensor exact) {
    try (var scope = new TensorScope()) {
      Tensor error = y.to(DType.FLOAT64.torch()).sub(exact);
      return error.norm().item_double() / exact.norm().item_double();
    }
  }
}
