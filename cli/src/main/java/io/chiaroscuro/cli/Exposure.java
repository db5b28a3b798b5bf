package io.chiaroscuro.cli;

import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A batch of pictures as latents, not decoded yet.
 *
 * @param first which of all pictures is the batch's first
 * @param suffix of their files' names
 * @param shows what they show: {@code with}, {@code without}, {@code leak} or {@code initial}
 * @param leak what the leak was, empty for none
 * @param latents (B, C, h, w), closed with this object
 * @param generators of what has been denoised, where stochastic samplers go on drawing; closed with
 *     this object
 */
record Exposure(
    int first,
    String suffix,
    String shows,
    Map<String, String> leak,
    Tensor latents,
    Optional<SeededGenerators> generators)
    implements AutoCloseable {

  /**
   * @param latents copied
   */
  static Exposure of(
      int first,
      String suffix,
      String shows,
      Map<String, String> leak,
      Tensor latents,
      Optional<SeededGenerators> generators) {
    try (var scope = new TensorScope()) {
      return new Exposure(first, suffix, shows, leak, scope.own(latents.clone()), generators);
    }
  }

  /** Whether a model made it, rather than that it is noise or a leak to be looked at. */
  boolean isDenoised() {
    return generators.isPresent();
  }

  /**
   * The same after more steps, in the place of this.
   *
   * @param further copied
   */
  Exposure after(Tensor further) {
    latents.close();
    return of(first, suffix, shows, leak, further, generators);
  }

  @Override
  public void close() {
    latents.close();
    generators.ifPresent(SeededGenerators::close);
  }
}
