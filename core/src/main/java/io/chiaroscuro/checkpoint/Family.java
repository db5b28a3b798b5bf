package io.chiaroscuro.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What kind of pipeline a checkpoint is for. */
public enum Family {
  /** Versions 1.x and 2.x: one text encoder. */
  STABLE_DIFFUSION(
      List.of(
          "StableDiffusionPipeline",
          "StableDiffusionImg2ImgPipeline",
          "StableDiffusionInpaintPipeline",
          "LatentConsistencyModelPipeline"),
      List.of(Component.UNET, Component.VAE, Component.TEXT_ENCODER)),

  /**
   * Stable Diffusion XL: two text encoders, the second of which also pools; its refiner has the
   * second alone (<a href="https://arxiv.org/abs/2307.01952">Podell et al. 2023</a>).
   */
  STABLE_DIFFUSION_XL(
      List.of("StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline"),
      List.of(Component.UNET, Component.VAE, Component.TEXT_ENCODER_2));

  private final List<String> pipelines;
  private final List<Component> required;

  Family(List<String> pipelines, List<Component> required) {
    this.pipelines = pipelines;
    this.required = required;
  }

  /** The family of a pipeline's Python class, if it is known. */
  static Optional<Family> of(String pipeline) {
    return Arrays.stream(values()).filter(f -> f.pipelines.contains(pipeline)).findFirst();
  }

  /** The Python class that makes pictures from prompts. */
  public String pipeline() {
    return pipelines.get(0);
  }

  /** The networks that no checkpoint of this family lacks. */
  List<Component> required() {
    return required;
  }
}
