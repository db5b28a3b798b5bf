package io.chiaroscuro.cli;

import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import java.util.Optional;
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
      paramLabel = "W",
      description =
          "Classifier-free guidance, 1 for none (default: 7.5; 5 with Stable Diffusion XL).")
  private Double guidanceScale;

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

  @Option(
      names = "--scheduler",
      paramLabel = "NAME",
      description = {
        "ddim, ddpm, pndm, euler, euler_ancestral, dpmsolver++, unipc, or diffusers' class name",
        "(default: the checkpoint's own, with its settings)."
      })
  private String scheduler;

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
    SchedulerConfig own = model.schedulerConfig();
    return new GenerationRequest(
        prompt,
        negativePrompt,
        side(width, leakShape.map(LatentShape::width), downscale, model),
        side(height, leakShape.map(LatentShape::height), downscale, model),
        steps,
        guidanceScale == null ? model.defaultGuidanceScale() : guidanceScale,
        guidanceRescale,
        clipSkip,
        scheduler == null ? own : own.as(SchedulerType.parse(scheduler)));
  }

  private static int side(
      Integer wanted, Optional<Integer> ofLeak, int downscale, StableDiffusion model) {
    return wanted != null
        ? wanted
        : ofLeak.map(side -> side * downscale).orElseGet(model::trainedSize);
  }
}
