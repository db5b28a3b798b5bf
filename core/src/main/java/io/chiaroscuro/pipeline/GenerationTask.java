package io.chiaroscuro.pipeline;

import io.chiaroscuro.tensor.NoiseSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * What pictures are made from beside the prompt: nothing, a picture, or a picture and a mask. Holds
 * what all of its generations share, and must outlive them; the model stays the caller's.
 */
public sealed interface GenerationTask extends AutoCloseable
    permits TextToImage, ImageToImage, Inpainting {

  /**
   * Begins a batch of pictures.
   *
   * <p>Numbers are taken from {@code generator} and {@code noise} in the order in which the
   * pipeline of diffusers takes them from its one generator: the same seed is the same picture.
   *
   * @param batch how many
   * @param noise their noise (batch, C, h, w) float32, asked for once, kept in the caller's scope
   * @param leak their signal leaks; none for diffusers' own start
   * @param generator where stochastic samplers draw; the caller's
   * @throws io.chiaroscuro.InvalidInputException if the request does not suit the model
   */
  Generation start(
      GenerationRequest request,
      int batch,
      Supplier<Tensor> noise,
      Optional<SeededLeak> leak,
      NoiseSource generator);

  /**
   * How many steps a generation takes.
   *
   * @throws io.chiaroscuro.InvalidInputException if the sampler cannot take that many
   */
  int steps(GenerationRequest request);

  @Override
  void close();
}
