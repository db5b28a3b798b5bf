package io.chiaroscuro.training.method;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.training.data.CachingProgress;
import io.chiaroscuro.training.data.CaptionedFolder;
import io.chiaroscuro.training.data.CaptionedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * DreamBooth's pictures of a class; where there are too few the model makes the rest before it
 * learns, by the usual settings of {@code StableDiffusionPipeline}.
 *
 * @param folder of the pictures, created if absent
 * @param prompt what they show, and what is said of them
 * @param count how many are needed, 1 or more
 * @param numInferenceSteps of those that are made
 * @param size of those that are made
 * @param seed of the first that is made; the n-th picture in the folder has n more
 */
public record ClassPictures(
    Path folder, String prompt, int count, int numInferenceSteps, ImageSize size, long seed) {

  private static final double GUIDANCE_SCALE = 7.5;

  public ClassPictures {
    if (count < 1) {
      throw new InvalidInputException("num_class_images is %d; give 1 or more.".formatted(count));
    }
    if (prompt.isBlank()) {
      throw new InvalidInputException("class_prompt is empty; say what the class is.");
    }
  }

  /**
   * The first {@link #count} pictures in the folder.
   *
   * @param model loaded only if pictures are missing; closed again
   */
  public List<CaptionedImage> complete(Supplier<StableDiffusion> model, CachingProgress progress) {
    int present = present();
    if (present < count) {
      try (StableDiffusion loaded = model.get()) {
        make(loaded, present, progress);
      }
    }
    return CaptionedFolder.withInstancePrompt(folder, prompt).subList(0, count);
  }

  private int present() {
    try {
      return Files.isDirectory(folder) ? ImageFolder.list(folder).size() : 0;
    } catch (InvalidInputException empty) {
      return 0;
    }
  }

  private void make(StableDiffusion model, int present, CachingProgress progress) {
    var drawn =
        new SamplePrompts(List.of(prompt), 1, numInferenceSteps, GUIDANCE_SCALE, size, seed);
    int number = present;
    for (int done = present; done < count; done++) {
      RgbImage picture = drawn.draw(model, prompt, seed + done).get(0);
      Path file = file(number++);
      while (Files.exists(file)) {
        file = file(number++);
      }
      PngFile.write(file, picture, Map.of("prompt", prompt));
      progress.at(done + 1 - present, count - present);
    }
  }

  private Path file(int number) {
    return folder.resolve("class-%05d.png".formatted(number));
  }
}
