package io.chiaroscuro.checkpoint;

import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights drawn from a seed: the tensor called NAME comes from a generator seeded with {@code
 * crc32("SEED/NAME")}, so neither order nor selection matters, and Python's {@code
 * tools/fixtures/seeded.py} draws the same.
 *
 * <p>Matrices and kernels have variance 1 / fan-in, which keeps activations of order one; weights
 * of norms lie around 1, biases around 0.
 */
public final class SeededWeights implements WeightSource {

  private final long seed;

  public SeededWeights(long seed) {
    this.seed = seed;
  }

  /** Always: whatever is asked for is drawn. */
  @Override
  public boolean has(String name) {
    return true;
  }

  @Override
  public Tensor read(String name, long... shape) {
    var crc = new CRC32();
    crc.update((seed + "/" + name).getBytes(StandardCharsets.UTF_8));
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(crc.getValue())) {
      Tensor noise = generator.randn(shape);
      if (shape.length >= 2) {
        double fanIn = 1;
        for (int axis = 1; axis < shape.length; axis++) {
          fanIn *= shape[axis];
        }
        return scope.keep(noise.div(new Scalar(Math.sqrt(fanIn))));
      }
      Tensor small = noise.mul(new Scalar(0.1));
      return scope.keep(name.endsWith("weight") ? small.add(new Scalar(1.0)) : small);
    }
  }

  @Override
  public List<String> unread(String prefix) {
    return List.of();
  }

  @Override
  public String description() {
    return "seed " + seed;
  }

  @Override
  public void close() {}
}
