package io.chiaroscuro.cli;

import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What picture to make. */
final class PictureOptions {

  @Option(names = "--prompt", required = true, description = "What the picture shall show.")
  private String prompt;

  @Option(names = "--negative-prompt", defaultValue = "", description = "What it shall not show.")
  private String negativePrompt;

  @Option(
      names = {"--steps", "--num-inference-steps"},
      defaultValue = "50",
      paramLabel = "N",
      description = "Denoising steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--guidance-scale",
      defaultValue = "7.5",
      paramLabel = "W",
      description = "Classifier-free guidance, 1 for none (default: ${DEFAULT-VALUE}).")
  private double guidanceScale;

  @Option(
      names = "--guidance-rescale",
      defaultValue = "0",
      paramLabel = "PHI",
      description = "Against overexposure by guidance, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double guidanceRescale;

  @Option(
      names = "--clip-skip",
      defaultValue = "0",
      paramLabel = "N",
      description = "Leave out the text encoder's last N layers (default: ${DEFAULT-VALUE}).")
  private int clipSkip;

  @Mixin private SamplerOptions sampler;

  @Option(
      names = "--height",
      paramLabel = "H",
      description = "In pixels (default: the leak's, else what the model was trained on).")
  private Integer height;

  @Option(
      names = "--width",
      paramLabel = "W",
      description = "In pixels (default: the leak's, else what the model was trained on).")
  private Integer width;

  /**
   * The request.
   *
   * @param leakShape the latents that the statistics to be used are for
   */
  GenerationRequest request(StableDiffusion model, Optional<LatentShape> leakShape) {
    int downscale = model.vae().config().downscale();
    return new GenerationRequest(
        prompt,
        negativePrompt,
        side(width, leakShape.map(LatentShape::width), downscale, model),
        side(height, leakShape.map(LatentShape::height), downscale, model),
        steps,
        guidanceScale,
        guidanceRescale,
        clipSkip,
        sampler.over(model.schedulerConfig()));
  }

  private static int side(
      Integer wanted, Optional<Integer> ofLeak, int downscale, StableDiffusion model) {
    return wanted != null
        ? wanted
        : ofLeak.map(side -> side * downscale).orElseGet(model::trainedSize);
  }
}
