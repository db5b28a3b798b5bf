package io.chiaroscuro.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TensorScopeTest {

  @Test
  void freesWhatIsMadeInsideAndKeepsWhatIsKept() {
    Tensor kept;
    Tensor freed;
    try (var outer = new TensorScope()) {
      try (var inner = new TensorScope()) {
        freed = Tensors.of(new float[] {1, 2}, 2);
        kept = inner.keep(freed.mul(new Scalar(3.0)));
      }
      assertThat(freed.isNull()).isTrue();
      assertThat(Tensors.floats(kept)).containsExactly(3, 6);
    }
    assertThat(kept.isNull()).isTrue();
  }

  @Test
  void whatIsKeptWithoutAnEnclosingScopeBelongsToTheCaller() {
    Tensor kept = Tensors.of(new float[] {1, 2}, 2);
    System.gc();
    assertThat(Tensors.floats(kept)).containsExactly(1, 2);
    kept.close();
    assertThat(kept.isNull()).isTrue();
  }

  @Test
  void residentSizeStaysFlatOverAHundredSteps() {
    // One leaked tensor a step would add 16 MiB eighty times.
    long after20 = 0;
    for (int step = 0; step < 100; step++) {
      try (var scope = new TensorScope()) {
        Tensor x = Tensors.zeros(DType.FLOAT32, 1024, 1024, 4);
        x.add(new Scalar(1.0)).mul(new Scalar(2.0));
      }
      if (step == 20) {
        after20 = Pointer.physicalBytes();
      }
    }
    assertThat(Pointer.physicalBytes() - after20).isLessThan(64L << 20);
  }
}
