package io.chiaroscuro.original;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The families that were published in one file, told apart by the modules that hold their text
 * encoders, and what of each family no tensor's shape tells.
 */
public enum Family {
  V1("Stable Diffusion 1.x", List.of("cond_stage_model.transformer."), 512, 0.18215),
  V2("Stable Diffusion 2.x", List.of("cond_stage_model.model."), 768, 0.18215),
  XL(
      "Stable Diffusion XL",
      List.of("conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."),
      1024,
      0.13025),
  XL_REFINER(
      "Stable Diffusion XL refiner", List.of("conditioner.embedders.0.model."), 1024, 0.13025);

  private static final String UNET = "model.diffusion_model.";

  private final String title;
  private final List<String> textEncoders;
  private final int trainedSize;
  private final double scalingFactor;

  Family(String title, List<String> textEncoders, int trainedSize, double scalingFactor) {
    this.title = title;
    this.textEncoders = textEncoders;
    this.trainedSize = trainedSize;
    this.scalingFactor = scalingFactor;
  }

  /** The family whose modules {@code names} begin with, if it is one. */
  static Optional<Family> of(Set<String> names) {
    return Arrays.stream(values())
        .filter(family -> hasModule(names, UNET))
        .filter(family -> family.textEncoders.stream().allMatch(module -> hasModule(names, module)))
        .findFirst();
  }

  static boolean hasModule(Set<String> names, String module) {
    return names.stream().anyMatch(name -> name.startsWith(module));
  }

  /** For example {@code Stable Diffusion 1.x}. */
  public String title() {
    return title;
  }

  /** The modules of its text encoders, in diffusers' order. */
  List<String> textEncoders() {
    return textEncoders;
  }

  /** Side of the pictures it was trained on; half of 2.x were trained on 512 first. */
  int trainedSize() {
    return trainedSize;
  }

  /** What makes the autoencoder's latents' variance about one. */
  double scalingFactor() {
    return scalingFactor;
  }

  boolean isXl() {
    return this == XL || this == XL_REFINER;
  }

  /**
   * Attention heads on a level with so many channels: always 8 in 1.x, so that their size grows; of
   * 64 channels each since.
   */
  int heads(long channels) {
    return this == V1 ? 8 : Math.toIntExact(Math.max(1, channels / 64));
  }
}
