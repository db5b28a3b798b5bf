package io.chiaroscuro.training.method;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.training.run.Sample;
import java.util.ArrayList;
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
    List<Sample> samples = new ArrayList<>();
    for (String prompt : prompts) {
      for (int i = 0; i < imagesPerPrompt; i++) {
        samples.add(new Sample(prompt, draw(model, prompt, seed + i)));
      }
    }
    return samples;
  }

  /** One picture. */
  RgbImage draw(StableDiffusion model, String prompt, long seed) {
    var request =
        new GenerationRequest(
            prompt,
            "",
            size.width(),
            size.height(),
            numInferenceSteps,
            guidanceScale,
            0,
            0,
            model.schedulerConfig());
    int downscale = model.vae().config().downscale();
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard();
        var generator = new SeededGenerator(seed)) {
      var noise =
          generator.randn(
              1,
              model.vae().config().latentChannels(),
              size.height() / downscale,
              size.width() / downscale);
      try (var generation = Generation.withoutLeak(model, request, noise, generator)) {
        generation.forEachRemaining(step -> {});
        return generation.image();
      }
    }
  }

  /** Refuses what {@link #draw} would refuse after hours. */
  void check(StableDiffusion model) {
    if (!prompts.isEmpty()) {
      model.latentShape(size.width(), size.height());
      new GenerationRequest(
              prompts.get(0),
              "",
              size.width(),
              size.height(),
              numInferenceSteps,
              guidanceScale,
              0,
              0,
              model.schedulerConfig())
          .steps();
    }
  }
}
