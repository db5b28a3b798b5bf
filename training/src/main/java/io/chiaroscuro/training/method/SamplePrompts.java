package io.chiaroscuro.training.method;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.training.run.Sample;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Pictures asked for again and again while a model learns, always from the same noise.
 *
 * @param prompts what they shall show; none for no pictures
 * @param imagesPerPrompt 1 or more
 * @param numInferenceSteps of the model's own sampler
 * @param guidanceScale 1 for none
 * @param size of the pictures
 * @param seed of each prompt's first picture; the next has the next
 */
public record SamplePrompts(
    List<String> prompts,
    int imagesPerPrompt,
    int numInferenceSteps,
    double guidanceScale,
    ImageSize size,
    long seed) {

  public SamplePrompts {
    prompts = List.copyOf(prompts);
    if (imagesPerPrompt < 1) {
      throw new InvalidInputException(
          "num_validation_images is %d; give 1 or more, or no validation_prompt."
              .formatted(imagesPerPrompt));
    }
  }

  /** The pictures as the model makes them now, prompt by prompt. */
  public List<Sample> draw(StableDiffusion model) {
    return prompts.stream()
        .flatMap(
            prompt ->
                draw(model, prompt, seed).stream().map(picture -> new Sample(prompt, picture)))
        .toList();
  }

  /** A prompt's pictures, in one batch; each is the one it is alone. */
  List<RgbImage> draw(StableDiffusion model, String prompt, long firstSeed) {
    LatentShape shape = model.latentShape(size.width(), size.height());
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard();
        var generators = SeededGenerators.consecutive(firstSeed, imagesPerPrompt)) {
      var noise =
          generators.randn(imagesPerPrompt, shape.channels(), shape.height(), shape.width());
      try (var generation =
          Generation.withoutLeak(model, request(model, prompt), noise, generators)) {
        generation.forEachRemaining(step -> {});
        return generation.images();
      }
    }
  }

  /** Refuses what {@link #draw} would refuse after hours. */
  void check(StableDiffusion model) {
    if (!prompts.isEmpty()) {
      model.latentShape(size.width(), size.height());
      request(model, prompts.get(0)).steps();
    }
  }

  private GenerationRequest request(StableDiffusion model, String prompt) {
    return new GenerationRequest(
        prompt,
        "",
        size.width(),
        size.height(),
        numInferenceSteps,
        guidanceScale,
        0,
        0,
        model.schedulerConfig());
  }
}
