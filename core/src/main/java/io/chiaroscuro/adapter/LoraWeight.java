package io.chiaroscuro.adapter;

import io.chiaroscuro.checkpoint.Component;

/**
 * How much of a LoRA there shall be: 1 is as trained, 0 is without, any finite number is possible.
 *
 * @param unet in the UNet
 * @param textEncoder in the text encoder, or in both
 */
public record LoraWeight(double unet, double textEncoder) {

  /** As it was trained. */
  public static final LoraWeight FULL = of(1);

  public LoraWeight {
    if (!Double.isFinite(unet) || !Double.isFinite(textEncoder)) {
      throw new IllegalArgumentException("A weight is a finite number.");
    }
  }

  /** The same in all networks. */
  public static LoraWeight of(double weight) {
    return new LoraWeight(weight, weight);
  }

  double in(Component component) {
    return component == Component.UNET ? unet : textEncoder;
  }

  /** As the command line takes it: {@code 0.8}, or {@code unet=0.8:te=0.5}. */
  @Override
  public String toString() {
    return unet == textEncoder
        ? String.valueOf(unet)
        : "unet=%s:te=%s".formatted(unet, textEncoder);
  }
}
