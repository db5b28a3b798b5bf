package io.chiaroscuro.server.upload;

import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.leak.StatisticType;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.pipeline.StatisticsRequest;
import io.chiaroscuro.pipeline.StatisticsRun;
import io.chiaroscuro.server.job.JobProgress;
import io.chiaroscuro.server.job.StatisticsBuild;
import io.chiaroscuro.server.light.StatisticsShelf;
import java.nio.file.Path;

/** Builds statistics of uploaded pictures, one picture a step. */
public final class StatisticsBuilder {

  private final UploadFolders uploads;
  private final StatisticsShelf shelf;

  /**
   * @param uploads where the pictures lie
   * @param shelf where the statistics go
   */
  public StatisticsBuilder(UploadFolders uploads, StatisticsShelf shelf) {
    this.uploads = uploads;
    this.shelf = shelf;
  }

  /**
   * Builds; the pictures are removed however it ends, the unfinished statistics if it does not end
   * well.
   *
   * @param model stays the caller's
   * @throws io.chiaroscuro.InvalidInputException if too few pictures are whole, or they do not suit
   *     the model
   */
  public void build(StatisticsBuild build, StableDiffusion model, JobProgress progress) {
    try {
      Path folder = shelf.reserve(build.name());
      try {
        build(build, model, folder, progress);
      } catch (RuntimeException e) {
        shelf.discard(build.name());
        throw e;
      }
    } finally {
      uploads.remove(build.upload());
    }
  }

  private void build(
      StatisticsBuild build, StableDiffusion model, Path folder, JobProgress progress) {
    int side = build.resolution() == null ? model.trainedSize() : build.resolution();
    var preparation =
        new ImagePreparation(
            side,
            side,
            build.centerCrop() ? Cropping.CENTER : Cropping.RANDOM,
            Mirroring.NONE,
            Orientation.UPRIGHT,
            0);
    var request =
        new StatisticsRequest(
            uploads.files(build.upload()),
            preparation,
            StatisticType.parse(build.statisticType()),
            build.nComponents(),
            1);
    try (var run =
        new StatisticsRun(new LatentEncoder(model.vae()), model.checkpoint(), request, folder)) {
      while (run.hasNext()) {
        progress.step(run.next().consumed(), request.files().size(), null);
      }
      run.finish().close();
    }
  }
}
