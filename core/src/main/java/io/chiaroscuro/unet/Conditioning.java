package io.chiaroscuro.unet;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * All that a UNet is told beside the timestep.
 *
 * @param encoderHiddenStates the encoded prompts (B, M, crossAttentionDim), in the weights' type
 * @param added for a UNet of Stable Diffusion XL
 */
public record Conditioning(Tensor encoderHiddenStates, Optional<AddedConditions> added) {

  /** Prompts alone, as in Stable Diffusion 1.x and 2.x. */
  public static Conditioning of(Tensor encoderHiddenStates) {
    return new Conditioning(encoderHiddenStates, Optional.empty());
  }
}
