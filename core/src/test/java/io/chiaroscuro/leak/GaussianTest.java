package io.chiaroscuro.leak;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianTest {

  @ParameterizedTest
  @ValueSource(strings = {"full", "deficient"})
  void conditionsAsTheTextbook(String rank) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("leak/gaussian");
        var gaussian = new Gaussian(fixture.tensor(rank + ".mean"), fixture.tensor(rank + ".cov"));
        var conditional =
            gaussian.conditionedOn(
                Tensors.longs(fixture.tensor(rank + ".given")),
                Tensors.doubles(fixture.tensor(rank + ".values")))) {
      assertClose(conditional.mean(), fixture.tensor(rank + ".conditional_mean"), 1e-11);
      assertClose(conditional.covariance(), fixture.tensor(rank + ".conditional_cov"), 1e-11);
    }
  }

  @Test
  void givenElementsMayDependOnEachOther() {
    // x and y are the same number, z is half of it and more: knowing x = y = 2 is knowing x = 2.
    try (var scope = new TensorScope();
        var gaussian =
            new Gaussian(
                Tensors.of(new double[] {0, 0, 1}, 3),
                Tensors.of(new double[] {1, 1, 0.5, 1, 1, 0.5, 0.5, 0.5, 1}, 3, 3));
        var conditional = gaussian.conditionedOn(new long[] {0, 1}, new double[] {2, 2})) {
      assertClose(conditional.mean(), Tensors.of(new double[] {2, 2, 2}, 3), 1e-12);
      assertClose(
          conditional.covariance(),
          Tensors.of(new double[] {0, 0, 0, 0, 0, 0, 0, 0, 0.75}, 3, 3),
          1e-12);
    }
  }

  @Test
  void anElementWithoutVarianceTellsNothing() {
    try (var scope = new TensorScope();
        var gaussian =
            new Gaussian(
                Tensors.of(new double[] {3, 4}, 2), Tensors.of(new double[] {0, 0, 0, 9}, 2, 2));
        var conditional = gaussian.conditionedOn(new long[] {0}, new double[] {7})) {
      assertClose(conditional.mean(), Tensors.of(new double[] {7, 4}, 2), 1e-12);
      assertClose(conditional.covariance(), Tensors.of(new double[] {0, 0, 0, 9}, 2, 2), 1e-12);
    }
  }

  @Test
  void samplesOfADeficientCovarianceStayInItsSpan() {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("leak/gaussian");
        var generator = new SeededGenerator(5)) {
      // Six draws of twelve numbers span five dimensions; float32, as files hold it, blurs them.
      Tensor covariance = fixture.tensor("deficient.cov");
      Tensor rounded = Tensors.of(Tensors.floats(covariance), 12, 12);
      Tensor projector =
          org.bytedeco.pytorch.global.torch.linalg_pinv(covariance, 1e-9, true).matmul(covariance);
      try (var gaussian = new Gaussian(fixture.tensor("deficient.mean"), rounded)) {
        for (int i = 0; i < 50; i++) {
          Tensor deviation = gaussian.sample(generator).sub(gaussian.mean());
          Tensor outside = deviation.sub(projector.matmul(deviation));
          // sqrt(1e-7): the root of a variance that is float32 rounding.
          assertThat(outside.norm().item_double())
              .isLessThan(5e-3 * deviation.norm().item_double());
        }
      }
    }
  }

  @Test
  void knowingAllLeavesNoSpuriousVariance() {
    // All are given: what is left is rounding, and sampling must not take it for a broken matrix.
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("leak/gaussian");
        var generator = new SeededGenerator(6);
        var gaussian =
            new Gaussian(fixture.tensor("deficient.mean"), fixture.tensor("deficient.cov"));
        var conditional =
            gaussian.conditionedOn(new long[] {0, 1, 2, 3, 4, 5, 6, 7}, new double[8])) {
      Tensor deviation = conditional.sample(generator).sub(conditional.mean());
      assertThat(deviation.abs().max().item_double()).isLessThan(1e-5);
    }
  }

  @Test
  void refusesAMatrixThatIsNoCovariance() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1);
        var gaussian =
            new Gaussian(
                Tensors.of(new double[] {0, 0}, 2), Tensors.of(new double[] {1, 2, 2, 1}, 2, 2))) {
      assertThatThrownBy(() -> gaussian.sample(generator))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("eigenvalue -1.00");
    }
  }

  @Test
  void copiesWhatItIsGiven() {
    try (var scope = new TensorScope()) {
      Tensor mean = Tensors.of(new double[] {1, 2}, 2);
      try (var gaussian = new Gaussian(mean, Tensors.of(new double[] {1, 0, 0, 1}, 2, 2))) {
        mean.mul_(new Scalar(5.0));
        assertThat(Tensors.doubles(gaussian.mean())).containsExactly(1, 2);
      }
    }
  }
}
