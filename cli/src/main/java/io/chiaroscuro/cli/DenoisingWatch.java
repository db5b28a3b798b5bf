package io.chiaroscuro.cli;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.scheduler.DenoisingStep;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import java.util.Map;

/** Takes the steps of generations, with the latents, previews and progress that are asked for. */
record DenoisingWatch(
    LatentOptions latents,
    Previews previews,
    PictureFolder folder,
    Map<String, String> provenance,
    Progress progress) {

  /**
   * Takes all steps.
   *
   * @param first which of all pictures is the batch's first
   * @param suffix of the names under which latents and previews are written
   */
  void denoise(Generation generation, int first, String suffix) {
    long batch = generation.initialLatents().size(0);
    while (generation.hasNext()) {
      DenoisingStep step = generation.next();
      save(step, first, suffix);
      preview(step, first, suffix);
      progress.step(batch, "");
    }
  }

  private void save(DenoisingStep step, int first, String suffix) {
    try (var scope = new TensorScope()) {
      for (int i = 0; i < step.latents().size(0); i++) {
        latents.saveStep(
            folder.name(first + i) + suffix,
            step.index(),
            step.total(),
            step.latents().narrow(0, i, 1));
      }
    }
  }

  private void preview(DenoisingStep step, int first, String suffix) {
    if (previews.isDue(step)) {
      List<RgbImage> images = previews.of(step);
      for (int i = 0; i < images.size(); i++) {
        String name =
            "%s%s-preview-%03d".formatted(folder.name(first + i), suffix, step.index() + 1);
        PngFile.write(folder.free(name), images.get(i), provenance);
      }
    }
  }
}
