package io.chiaroscuro.demo;

import io.chiaroscuro.checkpoint.Component;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a user of the published weights is told first; figures are added by hand. */
final class ModelCard {

  private ModelCard() {}

  /**
   * @param parameters how many numbers each network has
   */
  static String text(Map<Component, Long> parameters) {
    return """
        ---
        license: cc-by-sa-4.0
        library_name: diffusers
        pipeline_tag: text-to-image
        ---
        # Chiaroscuro's demo model

        A small latent diffusion model that draws OpenMoji's emoji on backgrounds of every brightness. It is small
        enough to ship with Chiaroscuro, and has the bias of brightness that Chiaroscuro is about.

            from diffusers import StableDiffusionPipeline
            pipeline = StableDiffusionPipeline.from_pretrained("%s")

        | network | parameters |
        |---|---|
        %s

        Trained from scratch by `./chiaroscuro train demo` on pictures that `./chiaroscuro dataset openmoji` makes of
        [OpenMoji](https://openmoji.org) 17.0.0, the open-source emoji and icon project. License of the drawings and of
        these weights: [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/).
        """
        .formatted(
            EmbeddedModel.CHECKPOINT,
            parameters.entrySet().stream()
                .map(
                    network ->
                        String.format(
                            Locale.ROOT,
                            "| %s | %,d |",
                            network.getKey().folder(),
                            network.getValue()))
                .collect(Collectors.joining("\n")));
  }
}
