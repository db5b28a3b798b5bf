package io.chiaroscuro.cli;

import io.chiaroscuro.training.method.SamplePrompts;
import java.util.List;
import picocli.CommandLine.Option;

/** Pictures made on the way. */
final class ValidationOptions {

  @Option(
      names = {"--validation-prompt", "--validation-prompts"},
      paramLabel = "PROMPT",
      description = "What samples shall show; may be repeated. Their brightness is recorded.")
  private List<String> prompts = List.of();

  @Option(
      names = "--num-validation-images",
      defaultValue = "4",
      paramLabel = "N",
      description = "Samples of each prompt (default: ${DEFAULT-VALUE}).")
  private int numValidationImages;

  @Option(
      names = "--validation-inference-steps",
      defaultValue = "25",
      paramLabel = "N",
      description = "Denoising steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--validation-guidance-scale",
      defaultValue = "7.5",
      paramLabel = "W",
      description = "Classifier-free guidance (default: ${DEFAULT-VALUE}).")
  private double guidanceScale;

  SamplePrompts prompts(FramingOptions framing, long seed) {
    return new SamplePrompts(
        prompts, numValidationImages, steps, guidanceScale, framing.resolution(), seed);
  }
}
