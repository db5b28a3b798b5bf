package io.chiaroscuro.order;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * What picture to make. What is null is as the model has it.
 *
 * @param prompt what it shall show
 * @param negativePrompt what it shall not show; empty for nothing in particular
 * @param promptSyntax how prompts are read, by name, see {@link PromptSyntax#of}
 * @param width in pixels; null for the leak's, else what the model was trained on
 * @param height likewise
 * @param numInferenceSteps denoising steps
 * @param guidanceScale of classifier-free guidance; null for the model's usual one
 * @param guidanceRescale against overexposure by guidance, 0 to 1
 * @param clipSkip how many of the text encoder's last layers are left out
 * @param sampler which, and how it is set
 */
public record PictureSettings(
    String prompt,
    String negativePrompt,
    String promptSyntax,
    Integer width,
    Integer height,
    int numInferenceSteps,
    Double guidanceScale,
    double guidanceRescale,
    int clipSkip,
    SamplerSettings sampler)
    implements Serializable {

  /** Steps unless it is said. */
  public static final int USUAL_STEPS = 50;

  /** How prompts are read unless it is said. */
  public static final String USUAL_SYNTAX = "weighted";

  /**
   * Refuses what cannot be meant, whatever the model.
   *
   * @throws InvalidInputException naming what is wrong
   */
  public void check() {
    if (prompt == null) {
      throw new InvalidInputException("There is no prompt; say what the picture shall show.");
    }
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
    if (numInferenceSteps < 1) {
      throw new InvalidInputException(
          "--steps is %d; give 1 or more.".formatted(numInferenceSteps));
    }
    request(1, 1, 1, sampler.over(SchedulerConfig.of(SchedulerType.DDIM, Map.of())));
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
   * @throws InvalidInputException if there is no such sampler or it takes no such setting
   */
  public GenerationRequest request(StableDiffusion model, Optional<LatentShape> leakShape) {
    int downscale = model.vae().downscale();
    return request(
        side(width, leakShape.map(LatentShape::width), downscale, model),
        side(height, leakShape.map(LatentShape::height), downscale, model),
        model.defaultGuidanceScale(),
        sampler.over(model.schedulerConfig()));
  }

  private GenerationRequest request(
      int width, int height, double usualGuidanceScale, SchedulerConfig scheduler) {
    return new GenerationRequest(
            prompt,
            negativePrompt,
            width,
            height,
            numInferenceSteps,
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
