package io.chiaroscuro.cli.examples;

import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.pipeline.StatisticsRequest;
import io.chiaroscuro.pipeline.StatisticsRun;
import java.nio.file.Path;
import java.util.Optional;

/** An example's statistics: those of an earlier run where it made the same, or new ones. */
final class ExampleStatistics {

  private ExampleStatistics() {}

  /**
   * @return belongs to the caller
   */
  static LeakStatistics of(ExampleRequest request, StableDiffusion model, Watch watch) {
    return request
        .photographs()
        .map(photographs -> of(photographs, request, model, watch))
        .orElseGet(() -> LeakStatistics.read(request.statistics()));
  }

  private static LeakStatistics of(
      Path photographs, ExampleRequest request, StableDiffusion model, Watch watch) {
    // The model's own networks, which stay open.
    LatentEncoder encoder = new LatentEncoder(model.vae());
    ImagePreparation preparation =
        new ImagePreparation(
            request.size(),
            request.size(),
            Cropping.CENTER,
            Mirroring.NONE,
            Orientation.UPRIGHT,
            0);
    StatisticsRequest wanted =
        new StatisticsRequest(
            ImageFolder.list(photographs),
            preparation,
            request.example().statisticType(),
            request.example().nComponents(),
            1);
    Optional<LeakStatistics> finished =
        StatisticsRun.finished(encoder, model.checkpoint(), wanted, request.statistics());
    if (finished.isEmpty()) {
      compute(encoder, model, wanted, request, watch);
    }
    // What was written is rounded: a run that goes on must draw from the same.
    return finished.orElseGet(() -> LeakStatistics.read(request.statistics()));
  }

  private static void compute(
      LatentEncoder encoder,
      StableDiffusion model,
      StatisticsRequest wanted,
      ExampleRequest request,
      Watch watch) {
    try (var run = new StatisticsRun(encoder, model.checkpoint(), wanted, request.statistics());
        var task =
            watch.begin(request.example() + ": encoding", run.resumedAt(), wanted.files().size())) {
      int done = run.resumedAt();
      while (run.hasNext()) {
        var batch = run.next();
        batch.skipped().forEach(picture -> task.say("Skipped: " + picture.reason()));
        task.step(batch.consumed() - done);
        done = batch.consumed();
      }
      run.finish().close();
    }
  }
}
