package io.chiaroscuro.server.render;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.DenoisingStep;
import io.chiaroscuro.server.job.JobProgress;
import java.util.Map;

/**
 * Counts the steps of all pictures of a job, and shows what they come to look like: now and then,
 * since decoding takes time too, and only if somebody looks.
 */
final class Steps {

  /** Of all time, at most so much goes into previews. */
  private static final double SHARE_OF_PREVIEWS = 0.2;

  private final StableDiffusion model;
  private final JobProgress progress;
  private final int total;
  private int done;
  private long nextPreviewNanos = System.nanoTime();

  Steps(StableDiffusion model, JobProgress progress, int total) {
    this.model = model;
    this.progress = progress;
    this.total = total;
  }

  void step(DenoisingStep step) {
    done++;
    progress.step(done, total, isPreviewDue(step) ? preview(step) : null);
  }

  private boolean isPreviewDue(DenoisingStep step) {
    return step.index() + 1 < step.total()
        && System.nanoTime() - nextPreviewNanos >= 0
        && progress.isWatched();
  }

  private byte[] preview(DenoisingStep step) {
    long begun = System.nanoTime();
    byte[] png = PngFile.encode(model.decode(step.predOriginalSample()).get(0), Map.of());
    long taken = System.nanoTime() - begun;
    nextPreviewNanos = begun + (long) (taken / SHARE_OF_PREVIEWS);
    return png;
  }
}
