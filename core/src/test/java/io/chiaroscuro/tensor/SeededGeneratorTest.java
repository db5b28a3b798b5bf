package io.chiaroscuro.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class SeededGeneratorTest {

  @Test
  void drawsPyTorchsNumbers() {
    // torch.manual_seed-free: g = torch.Generator("cpu").manual_seed(12345); torch.randn(4,
    // generator=g)
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(12345)) {
      float[] four = Tensors.floats(generator.randn(4));
      assertThat(four[0]).isCloseTo(1.4271f, within(5e-5f));
      assertThat(four[1]).isCloseTo(-1.8701f, within(5e-5f));
      // Sixteen and more numbers take PyTorch's vectorised path, which draws in another order.
      float[] latents = Tensors.floats(generator.randn(1, 4, 8, 8));
      assertThat(latents[0]).isCloseTo(-0.1695f, within(5e-5f));
      assertThat(latents[3]).isCloseTo(-0.8532f, within(5e-5f));
    }
  }

  @Test
  void continuesFromASavedState() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(7);
        var other = new SeededGenerator(8)) {
      generator.randn(5);
      byte[] state = generator.state();
      Tensor expected = generator.randn(20);
      other.restore(state);
      assertThat(Tensors.floats(other.randn(20))).containsExactly(Tensors.floats(expected));
    }
  }
}
