package io.chiaroscuro.noise;

import io.chiaroscuro.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;

/** The noise that a network learns to take away. */
public sealed interface TrainingNoise permits WhiteNoise, OffsetNoise, PyramidNoise {

  /**
   * Draws noise for a batch.
   *
   * @param latents x_0, (B, C, H, W), whose shape and device the noise has
   * @param generator drawn from on the CPU, in the order in which the kind's formula is read
   * @return float32
   */
  Tensor draw(Tensor latents, SeededGenerator generator);
}
