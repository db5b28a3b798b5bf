package io.chiaroscuro.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.junit.jupiter.api.Test;

class OwnGradientsTest {

  /** {@code x y^T}, computed past autograd. */
  private static Tensor product(Tensor x, Tensor y) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          OwnGradients.join(
              x.detach().matmul(y.detach().t()),
              List.of(x, y),
              (output, saved) ->
                  new Tensor[] {output.matmul(saved[1]), output.t().matmul(saved[0])},
              x.detach(),
              y.detach()));
    }
  }

  private static Tensor leaf(SeededGenerator generator, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(generator.randn(shape).requires_grad_(true));
    }
  }

  /** With more numbers coming out than going in, and fewer; and one function after another. */
  @Test
  void areThoseOfTheFunction() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0);
        var gradients = new OwnGradients()) {
      for (long inner : new long[] {1, 30}) {
        Tensor[] own = {leaf(generator, 7, inner), leaf(generator, 5, inner)};
        Tensor[] libtorchs = new Tensor[2];
        for (int i = 0; i < 2; i++) {
          libtorchs[i] = own[i].detach().clone().requires_grad_(true);
        }
        Tensor ours = product(product(own[0], own[1]), own[1].t()).sin();
        Tensor exact = libtorchs[0].matmul(libtorchs[1].t()).matmul(libtorchs[1]).sin();
        assertThat(ours.equal(exact)).isTrue();
        ours.sum().backward();
        exact.sum().backward();
        for (int i = 0; i < 2; i++) {
          assertThat(own[i].grad().allclose(libtorchs[i].grad(), 1e-5, 1e-5, false)).isTrue();
        }
      }
    }
  }

  @Test
  void joinNothingWhereNoGradientIsWanted() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0);
        var gradients = new OwnGradients()) {
      Tensor x = generator.randn(3, 4);
      assertThat(product(x, x).requires_grad()).isFalse();
      x.requires_grad_(true);
      assertThat(product(x, x).requires_grad()).isTrue();
      try (var noGrad = new NoGradGuard()) {
        assertThat(product(x, x).requires_grad()).isFalse();
      }
    }
  }

  @Test
  void mayBeGoneBackThroughAgainIfTheGraphIsKept() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0);
        var gradients = new OwnGradients()) {
      Tensor x = leaf(generator, 3, 4);
      Tensor y = product(x, generator.randn(5, 4)).sum();
      y.backward(new Tensor(), new BoolOptional(true), false, new TensorArrayRefOptional());
      Tensor once = x.grad().clone();
      y.backward();
      assertThat(x.grad().equal(once.mul(new Scalar(2.0)))).isTrue();
    }
  }

  @Test
  void sayWhenTheyAreGone() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor x = leaf(generator, 3, 4);
      Tensor y;
      try (var gradients = new OwnGradients()) {
        y = product(x, x).sum();
      }
      assertThatThrownBy(y::backward).hasMessageContaining("OwnGradients");
      assertThat(x.grad().defined()).isFalse();
    }
  }

  /** A matrix that leaked would add 4 MiB eighty times, be its gradient asked for or not. */
  @Test
  void residentSizeStaysFlatOverAHundredSteps() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor x = leaf(generator, 1024, 1024);
      long after20 = 0;
      for (int step = 0; step < 100; step++) {
        try (var inner = new TensorScope();
            var gradients = new OwnGradients()) {
          Tensor y = product(x, x).sum();
          if (step % 2 == 0) {
            y.backward();
          }
        }
        if (step == 20) {
          after20 = Pointer.physicalBytes();
        }
      }
      assertThat(Pointer.physicalBytes() - after20).isLessThan(96L << 20);
      assertThat(Tensors.isFinite(x.grad())).isTrue();
    }
  }

  /** What one segment needs is not held while the others are gone back through. */
  @Test
  void ofCheckpointedSegmentsAreLetGoOneByOne() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0);
        var gradients = new OwnGradients();
        var checkpointing = new GradientCheckpointing()) {
      Tensor x = leaf(generator, 3);
      List<Tensor> saved = new ArrayList<>();
      List<Long> holders = new ArrayList<>();
      Tensor sum = x.sum();
      for (int segment = 0; segment < 4; segment++) {
        sum =
            sum.add(
                checkpointing.run(
                    in -> {
                      saved.forEach(tensor -> holders.add(tensor.use_count()));
                      saved.forEach(Tensor::close);
                      saved.clear();
                      saved.add(scope.own(in[0].detach().clone()));
                      return OwnGradients.join(
                              in[0].detach().square(),
                              List.of(in[0]),
                              (output, kept) ->
                                  new Tensor[] {output.mul(kept[0]).mul(new Scalar(2.0))},
                              saved.get(0))
                          .sum();
                    },
                    x));
      }
      checkpointing.backward(sum);
      saved.forEach(Tensor::close);
      // Each of eight runs sees that nobody but this test holds what the run before it saved.
      assertThat(holders).hasSize(7).containsOnly(1L);
      Tensor exact = x.detach().mul(new Scalar(8.0)).add(new Scalar(1.0));
      assertThat(x.grad().allclose(exact, 1e-5, 1e-6, false)).isTrue();
    }
  }
}
