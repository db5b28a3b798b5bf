package io.chiaroscuro.tensor;

import io.chiaroscuro.InvalidInputException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Random numbers that equal PyTorch's: the sequence of calls on {@code new SeededGenerator(s)}
 * yields what the same calls yield with {@code torch.Generator("cpu").manual_seed(s)}.
 *
 * <p>Always drawn on the CPU, so that a seed means the same image on every device. Not thread-safe.
 */
public final class SeededGenerator implements NoiseSource, AutoCloseable {

  private final Generator generator;

  /**
   * @param seed any 64-bit value; negative ones are those that PyTorch remaps in the same way
   */
  public SeededGenerator(long seed) {
    try (var scope = new TensorScope()) {
      this.generator = scope.own(torch.createCPUGenerator(seed));
    }
  }

  /**
   * Standard normal numbers in {@code dtype}: those of float32, rounded. So a seed means the same
   * picture in every type; PyTorch 2.13 draws half-precision numbers in the same way as long as
   * their count is a multiple of 16, as that of latents is.
   */
  @Override
  public Tensor randn(DType dtype, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          torch
              .randn(
                  shape, new GeneratorOptional(generator), new TensorOptions(DType.FLOAT32.torch()))
              .to(dtype.torch()));
    }
  }

  /** Uniform numbers in [0, 1), float32. */
  public Tensor rand(long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          torch.rand(
              shape, new GeneratorOptional(generator), new TensorOptions(DType.FLOAT32.torch())));
    }
  }

  /** Uniform integers in {@code low..high-1}, int64. */
  public Tensor randint(long low, long high, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          torch.randint(
              low,
              high,
              shape,
              new GeneratorOptional(generator),
              new TensorOptions(DType.INT64.torch())));
    }
  }

  /** The generator's whole state, to be {@linkplain #restore restored} when a run resumes. */
  public byte[] state() {
    try (var scope = new TensorScope()) {
      Tensor state = generator.get_state();
      byte[] bytes = new byte[(int) state.numel()];
      new BytePointer(state.data_ptr()).get(bytes);
      return bytes;
    }
  }

  /**
   * Continues where {@link #state} was taken.
   *
   * @throws InvalidInputException if the bytes are no such state
   */
  public void restore(byte[] state) {
    try (var scope = new TensorScope()) {
      generator.set_state(
          torch
              .from_blob(
                  new BytePointer(state),
                  new long[] {state.length},
                  new TensorOptions(DType.UINT8.torch()))
              .clone());
    } catch (RuntimeException e) {
      throw new InvalidInputException(
          "The saved random state (%d bytes) is not one of libtorch's CPU generator."
              .formatted(state.length),
          e);
    }
  }

  @Override
  public void close() {
    generator.close();
  }
}
