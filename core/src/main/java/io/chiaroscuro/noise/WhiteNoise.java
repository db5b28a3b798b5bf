package io.chiaroscuro.noise;

import io.chiaroscuro.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code eps ~ N(0, I)}: variance 1 at every wavelength (<a
 * href="https://arxiv.org/abs/2006.11239">Ho et al., 2020</a>).
 */
public record WhiteNoise() implements TrainingNoise {

  @Override
  public Tensor draw(Tensor latents, SeededGenerator generator) {
    return Draws.randnLike(latents, generator);
  }
}
