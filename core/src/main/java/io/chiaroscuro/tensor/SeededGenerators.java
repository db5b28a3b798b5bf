package io.chiaroscuro.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A generator for each picture of a batch, as diffusers takes a list of them: what is drawn for a
 * picture follows from its own seed alone, whatever else is in the batch.
 */
public final class SeededGenerators implements NoiseSource, AutoCloseable {

  private final List<SeededGenerator> generators;

  private SeededGenerators(List<SeededGenerator> generators) {
    this.generators = generators;
  }

  /** For {@code count} pictures: the first has seed {@code first}, the next the next. */
  public static SeededGenerators consecutive(long first, int count) {
    return of(LongStream.range(0, count).map(i -> first + i).toArray());
  }

  /** One for each seed. */
  public static SeededGenerators of(long... seeds) {
    return new SeededGenerators(Arrays.stream(seeds).mapToObj(SeededGenerator::new).toList());
  }

  /** How many pictures there are. */
  public int size() {
    return generators.size();
  }

  /**
   * Draws row i from generator i.
   *
   * @param shape its first number is {@link #size}
   */
  @Override
  public Tensor randn(DType dtype, long... shape) {
    if (shape[0] != size()) {
      throw new IllegalArgumentException(
          "%d generators cannot fill the shape %s.".formatted(size(), Arrays.toString(shape)));
    }
    long[] row = shape.clone();
    row[0] = 1;
    try (var scope = new TensorScope()) {
      TensorVector rows = new TensorVector();
      generators.forEach(generator -> rows.push_back(generator.randn(dtype, row)));
      return scope.keep(torch.cat(rows));
    }
  }

  @Override
  public void close() {
    generators.forEach(SeededGenerator::close);
  }
}
