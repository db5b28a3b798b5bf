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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class QuickConvolutionTest {

  private enum Way {
    TWO_BY_TWO(Winograd2d.TWO_BY_TWO),
    FOUR_BY_TWO(Winograd2d.FOUR_BY_TWO),
    OF_ENLARGED(Winograd2d.OF_ENLARGED),
    DOWN(Winograd1d.FOUR);

    private final QuickConvolution convolution;

    Way(QuickConvolution convolution) {
      this.convolution = convolution;
    }
  }

  private static final long[] ONE = {1, 1};

  /** More tiles than go together, so that strips are taken, the last one of fewer rows. */
  @ParameterizedTest
  @CsvSource({
    "TWO_BY_TWO, FLOAT32, 3, 70, 44, 1e-6",
    "TWO_BY_TWO, BFLOAT16, 3, 70, 44, 1e-2",
    "TWO_BY_TWO, FLOAT32, 1, 2, 2, 1e-6",
    "TWO_BY_TWO, FLOAT32, 1, 4, 4200, 1e-6",
    "FOUR_BY_TWO, FLOAT32, 3, 100, 64, 1e-6",
    "FOUR_BY_TWO, BFLOAT16, 3, 100, 64, 1.5e-2",
    "FOUR_BY_TWO, FLOAT32, 1, 4, 2, 1e-6",
    "FOUR_BY_TWO, FLOAT32, 1, 8, 4200, 1e-6",
    "OF_ENLARGED, FLOAT32, 3, 35, 22, 1e-6",
    "OF_ENLARGED, BFLOAT16, 3, 35, 22, 1e-2",
    "OF_ENLARGED, FLOAT32, 1, 1, 1, 1e-6",
    "DOWN, FLOAT32, 3, 700, 101, 1e-6",
    "DOWN, BFLOAT16, 3, 700, 101, 1e-2",
    "DOWN, FLOAT32, 1, 4, 1, 1e-6",
    "DOWN, FLOAT32, 1, 8, 60000, 1e-6",
  })
  void isTheConvolution(Way way, DType dtype, int batch, int height, int width, double bound) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor x = generator.randn(batch, 24, height, width).to(dtype.torch());
      Tensor kernel = generator.randn(40, 24, 3, 3).to(dtype.torch());
      Tensor bias = generator.randn(40).to(dtype.torch());

      Tensor y = way.convolution.convolve(x, way.convolution.transformed(kernel), bias);

      Tensor exact = x.to(DType.FLOAT64.torch());
      if (way == Way.OF_ENLARGED) {
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
  @ParameterizedTest
  @EnumSource(Way.class)
  void residentSizeStaysFlatOverAHundredConvolutions(Way way) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor x = generator.randn(1, 64, 128, 64).to(DType.BFLOAT16.torch());
      Tensor bias = generator.randn(64).to(DType.BFLOAT16.torch());
      Tensor kernel =
          way.convolution.transformed(generator.randn(64, 64, 3, 3).to(DType.BFLOAT16.torch()));
      long after20 = 0;
      for (int step = 0; step < 100; step++) {
        try (var inner = new TensorScope()) {
          way.convolution.convolve(x, kernel, bias);
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
