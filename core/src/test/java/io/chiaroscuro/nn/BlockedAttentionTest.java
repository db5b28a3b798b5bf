package io.chiaroscuro.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
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
      Tensor attended = BlockedAttention.attend(query, key, value).orElseThrow();
      assertThat(DType.of(attended)).isEqualTo(dtype);
      assertThat(QuickConvolutionTest.distance(attended, exact(query, key, value)))
          .isLessThan(bound);
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
              QuickConvolutionTest.distance(
                  BlockedAttention.attend(query, key, value).orElseThrow(),
                  exact(query, key, value)))
          .isLessThan(4e-2);
    }
  }

  /** Exponentials of some rows overflow; libtorch's kernel computes the whole then. */
  @Test
  void scoresMayBeOfAnySize() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor query = generator.randn(2, 64, 40).to(DType.BFLOAT16.torch());
      query.narrow(1, 0, 8).mul_(new Scalar(200.0));
      Tensor key = generator.randn(2, 300, 40).to(DType.BFLOAT16.torch());
      Tensor value = generator.randn(2, 300, 40).to(DType.BFLOAT16.torch());
      assertThat(BlockedAttention.attend(query, key, value)).isEmpty();
      assertThat(
              QuickConvolutionTest.distance(
                  Attention.attend(query, key, value, 1), exact(query, key, value)))
          .isLessThan(1e-2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 3, 600, 1100, 1e-5",
    "FLOAT32, 7, 300, 100, 1e-5",
    "FLOAT32, 1, 2, 1, 1e-5",
    "BFLOAT16, 3, 600, 1100, 2e-2",
    "BFLOAT16, 7, 300, 100, 2e-2",
  })
  void givesItsOwnGradient(DType dtype, int heads, int queries, int keys, double bound) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0);
        var gradients = new OwnGradients()) {
      Tensor query = generator.randn(heads, queries, 40);
      Tensor key = generator.randn(heads, keys, 40).add(new Scalar(1.0));
      Tensor value = generator.randn(heads, keys, 40).add(new Scalar(1.0));
      List<Tensor> own = new ArrayList<>();
      List<Tensor> exact = new ArrayList<>();
      for (Tensor input : List.of(query, key, value)) {
        own.add(input.to(dtype.torch()).detach().requires_grad_(true));
        exact.add(own.get(own.size() - 1).detach().to(DType.FLOAT64.torch()).requires_grad_(true));
      }
      Tensor outward = generator.randn(heads, queries, 40);
      BlockedAttention.attend(own.get(0), own.get(1), own.get(2))
          .orElseThrow()
          .mul(outward)
          .sum()
          .backward();
      exact(exact.get(0), exact.get(1), exact.get(2)).mul(outward).sum().backward();
      for (int i = 0; i < 3; i++) {
        assertThat(DType.of(own.get(i).grad())).isEqualTo(dtype);
        double size = exact.get(i).grad().norm().item_double();
        if (size > 1e-9) { // A single key has all weight, whatever it is.
          assertThat(QuickConvolutionTest.distance(own.get(i).grad(), exact.get(i).grad()))
              .isLessThan(bound);
        }
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
      assertThat(QuickConvolutionTest.distance(half, exact.to(DType.FLOAT64.torch())))
          .isLessThan(2e-2);
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
