package io.chiaroscuro.cli;

import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.prompt.PromptSyntax;
import java.util.List;
import java.util.stream.Stream;

/** What of a request's prompts the model does not read: nothing but in plain syntax. */
final class Truncation {

  private Truncation() {}

  /** A sentence for each prompt that is too long. */
  static List<String> warnings(StableDiffusion model, GenerationRequest request) {
    if (request.promptSyntax() != PromptSyntax.PLAIN) {
      return List.of();
    }
    return Stream.of(request.prompt(), request.negativePrompt())
        .flatMap(text -> model.tokenizer().encode(text).truncatedText().stream())
        .map(
            lost ->
                "The prompt is longer than the %d tokens that plain syntax reads; left out: '%s'."
                    .formatted(model.tokenizer().modelMaxLength(), lost))
        .toList();
  }
}
