package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.order.PictureSettings;
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
      defaultValue = PictureSettings.USUAL_SYNTAX,
      paramLabel = "NAME",
      description = {
        "weighted: (word), (word:1.3), [word] and BREAK mean something, \\( is a bracket, any length;",
        "plain: all is text, and what is beyond 75 tokens is cut off (default: ${DEFAULT-VALUE})."
      })
  private String promptSyntax;

  @Option(
      names = {"--steps", "--num-inference-steps"},
      defaultValue = "" + PictureSettings.USUAL_STEPS,
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

  PictureSettings settings() {
    return new PictureSettings(
        prompt,
        negativePrompt,
        promptSyntax,
        width,
        height,
        steps,
        guidanceScale,
        guidanceRescale,
        clipSkip,
        sampler.settings());
  }
}
