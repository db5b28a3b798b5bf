package io.chiaroscuro.pipeline;

import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Pictures from a prompt alone: diffusers' {@code StableDiffusionPipeline}, and with a leak the
 * start of {@link Generation#withLeak}.
 */
public record TextToImage(StableDiffusion model) implements GenerationTask {

  /**
   * @throws io.chiaroscuro.InvalidInputException if the model is one for inpainting
   */
  public TextToImage {
    model.requireTextToImage();
  }

  @Override
  public Generation start(
      GenerationRequest request,
      int batch,
      Supplier<Tensor> noise,
      Optional<SeededLeak> leak,
      NoiseSource generator) {
    try (var scope = new TensorScope()) {
      Tensor unit = noise.get();
      return leak.isPresent()
          ? Generation.withLeak(model, request, unit, leak.get().sample(), generator)
          : Generation.withoutLeak(model, request, unit, generator);
    }
  }

  @Override
  public int steps(GenerationRequest request) {
    return request.steps();
  }

  /** Nothing is held beside the model. */
  @Override
  public void close() {}
}
