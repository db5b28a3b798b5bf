package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What picture to make. */
final class PictureOptions {

  @Option(names = "--prompt", description = "What the picture shall show.")
  private String prompt;

  @Option(names = "--negative-prompt", defaultValue = "", description = "What it shall not show.")
  private String negativePrompt;

  @Option(
      names = "--prompt-syntax",
      defaultValue = "weighted",
      paramLabel = "NAME",
      description = {
        "weighted: (word), (word:1.3), [word] and BREAK mean something, \\( is a bracket, any length;",
        "plain: all is text, and what is beyond 75 tokens is cut off (default: ${DEFAULT-VALUE})."
      })
  private String promptSyntax;

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
   * Refuses what cannot be meant, whatever the model.
   *
   * @throws InvalidInputException naming what is wrong
   */
  void check() {
    requirePrompt();
    requireText("prompt", prompt);
    requireText("negative prompt", negativePrompt);
    PromptSyntax syntax = PromptSyntax.of(promptSyntax);
    syntax.parse(prompt);
    syntax.parse(negativePrompt);
    for (Integer side : Arrays.asList(width, height)) {
      if (side != null && side < 1) {
        throw new InvalidInputException(
            "A side of %d pixels cannot be; give a positive --width and --height.".formatted(side));
      }
    }
    if (clipSkip < 0) {
      throw new InvalidInputException("--clip-skip is %d; give 0 or more.".formatted(clipSkip));
    }
    if (steps < 1) {
      throw new InvalidInputException("--steps is %d; give 1 or more.".formatted(steps));
    }
    request(1, 1, 1, sampler.over(SchedulerConfig.of(SchedulerType.DDIM, Map.of())));
  }

  /**
   * @throws InvalidInputException if there is none
   */
  void requirePrompt() {
    if (prompt == null) {
      throw new InvalidInputException(
          "There is no prompt; give --prompt TEXT, or --prompts FILE for many.");
    }
  }

  String prompt() {
    return prompt;
  }

  /** A picture carries its prompt, and not every string can be carried. */
  private static void requireText(String name, String text) {
    if (text.indexOf(0) >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new InvalidInputException(
          "The %s holds NUL or half a character; write it again.".formatted(name));
    }
  }

  /**
   * The request.
   *
   * @param leakShape the latents that the statistics to be used are for
   */
  GenerationRequest request(StableDiffusion model, Optional<LatentShape> leakShape) {
    int downscale = model.vae().downscale();
    return request(
        side(width, leakShape.map(LatentShape::width), downscale, model),
        side(height, leakShape.map(LatentShape::height), downscale, model),
        model.defaultGuidanceScale(),
        scheduler(model.schedulerConfig()));
  }

  /** The sampler, with what another model's {@code own} settings say. */
  SchedulerConfig scheduler(SchedulerConfig own) {
    return sampler.over(own);
  }

  private GenerationRequest request(
      int width, int height, double usualGuidanceScale, SchedulerConfig scheduler) {
    return new GenerationRequest(
            prompt,
            negativePrompt,
            width,
            height,
            steps,
            guidanceScale == null ? usualGuidanceScale : guidanceScale,
            guidanceRescale,
            clipSkip,
            scheduler)
        .withPromptSyntax(PromptSyntax.of(promptSyntax));
  }

  private static int side(
      Integer wanted, Optional<Integer> ofLeak, int downscale, StableDiffusion model) {
    return wanted != null
        ? wanted
        : ofLeak.map(side -> side * downscale).orElseGet(model::trainedSize);
  }
}
