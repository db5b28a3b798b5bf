package io.chiaroscuro.unet;

import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * All that a UNet is told beside the timestep.
 *
 * @param encoderHiddenStates the encoded prompts (B, M, crossAttentionDim), in the weights' type
 * @param added for a UNet of Stable Diffusion XL
 * @param timestepCond the embedded guidance scale (B, timeCondProjDim), in the weights' type, for a
 *     UNet that was distilled to follow it
 */
public record Conditioning(
    Tensor encoderHiddenStates, Optional<AddedConditions> added, Optional<Tensor> timestepCond) {

  /** Without guidance scale. */
  public Conditioning(Tensor encoderHiddenStates, Optional<AddedConditions> added) {
    this(encoderHiddenStates, added, Optional.empty());
  }

  /** Prompts alone, as in Stable Diffusion 1.x and 2.x. */
  public static Conditioning of(Tensor encoderHiddenStates) {
    return new Conditioning(encoderHiddenStates, Optional.empty());
  }

  /** Everything it consists of. */
  public Stream<Tensor> tensors() {
    return Stream.of(
            Stream.of(encoderHiddenStates),
            added.stream().flatMap(a -> Stream.of(a.textEmbeds(), a.timeIds())),
            timestepCond.stream())
        .flatMap(tensors -> tensors);
  }
}
