package io.chiaroscuro.vae;

import io.chiaroscuro.tensor.NoiseSource;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Latents that leave nothing to chance: nothing is drawn for them, as in diffusers.
 *
 * @param latents (B, latentChannels, h, w)
 */
public record DeterministicLatents(Tensor latents) implements LatentDistribution {

  @Override
  public Tensor mode() {
    return latents;
  }

  @Override
  public Tensor sample(int count, NoiseSource generator) {
    return latents.repeat(count, 1, 1, 1);
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(latents);
  }
}
