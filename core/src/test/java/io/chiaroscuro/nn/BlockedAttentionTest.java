package io.chiaroscuro.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockedAttentionTest {

  /**
   * More queries than go together, fewer, and so few that heads go together, the last ones fewer.
   */
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 3, 1100, 300, 1e-5",
    "FLOAT32, 7, 100, 300, 1e-5",
    "FLOAT32, 1, 1, 1, 1e-5",
    "BFLOAT16, 3, 1100, 300, 2e-2",
    "BFLOAT16, 7, 100, 300, 2e-2",
  })
  void isAttention(DType dtype, int heads, int queries, int keys, double bound) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor query = generator.randn(heads, queries, 40).to(dtype.torch());
      Tensor key = generator.randn(heads, keys, 40).to(dtype.torch());
      Tensor value = generator.randn(heads, keys, 40).to(dtype.torch());
      Tensor attended = BlockedAttention.attend(query, key, value);
      assertThat(DType.of(attended)).isEqualTo(dtype);
      assertThat(WinogradTest.distance(attended, exact(query, key, value))).isLessThan(bound);
    }
  }

  /** Scores near 300 are rounded by 1 in bfloat16; what all keys share does not make them so. */
  @Test
  void keysFarFromZeroDoNoHarm() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor query = generator.randn(2, 64, 40).add(new Scalar(5.0)).to(DType.BFLOAT16.torch());
      Tensor key = generator.randn(2, 300, 40).add(new Scalar(10.0)).to(DType.BFLOAT16.torch());
      Tensor value = generator.randn(2, 300, 40).to(DType.BFLOAT16.torch());
      assertThat(
              WinogradTest.distance(
                  BlockedAttention.attend(query, key, value), exact(query, key, value)))
          .isLessThan(4e-2);
    }
  }

  /** Exponentials of some rows overflow; the others of their block are none the worse. */
  @ParameterizedTest
  @CsvSource({"FLOAT32, 1e-5", "BFLOAT16, 2e-2"})
  void scoresMayBeOfAnySize(DType dtype, double bound) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor query = generator.randn(2, 64, 40).to(dtype.torch());
      query.narrow(1, 0, 8).mul_(new Scalar(200.0));
      Tensor key = generator.randn(2, 300, 40).to(dtype.torch());
      Tensor value = generator.randn(2, 300, 40).to(dtype.torch());
      Tensor attended = BlockedAttention.attend(query, key, value);
      Tensor exact = exact(query, key, value);
      assertThat(Tensors.isFinite(attended)).isTrue();
      assertThat(WinogradTest.distance(attended.narrow(1, 8, 56), exact.narrow(1, 8, 56)))
          .isLessThan(bound);
      // Where one key takes all, bfloat16 may take another of two that are nearly as near.
      if (dtype == DType.FLOAT32) {
        assertThat(WinogradTest.distance(attended, exact)).isLessThan(1e-3);
      }
    }
  }

  /** In bfloat16 long sequences go by blocks, with heads split and joined as ever. */
  @Test
  void attentionOfManyKeysAgreesWithFloat32() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor query = generator.randn(2, 600, 4 * 40);
      Tensor key = generator.randn(2, 600, 4 * 40);
      Tensor value = generator.randn(2, 600, 4 * 40);
      Tensor exact = Attention.attend(query, key, value, 4);
      Tensor half =
          Attention.attend(
              query.to(DType.BFLOAT16.torch()),
              key.to(DType.BFLOAT16.torch()),
              value.to(DType.BFLOAT16.torch()),
              4);
      assertThat(Tensors.shape(half)).containsExactly(2, 600, 4 * 40);
      assertThat(DType.of(half)).isEqualTo(DType.BFLOAT16);
      assertThat(WinogradTest.distance(half, exact.to(DType.FLOAT64.torch()))).isLessThan(2e-2);
    }
  }

  private static Tensor exact(Tensor query, Tensor key, Tensor value) {
    try (var scope = new TensorScope()) {
      Tensor scores =
          query
              .to(DType.FLOAT64.torch())
              .bmm(key.to(DType.FLOAT64.torch()).transpose(1, 2))
              .mul(new Scalar(1 / Math.sqrt(query.size(2))));
      return scope.keep(scores.softmax(2).bmm(value.to(DType.FLOAT64.torch())));
    }
  }
}
