package io.chiaroscuro.server;

import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobProgress;
import io.chiaroscuro.server.job.JobWork;
import io.chiaroscuro.server.job.StatisticsBuild;
import io.chiaroscuro.server.job.SweepRequest;
import io.chiaroscuro.server.light.LightSettings;
import io.chiaroscuro.server.model.ModelCache;
import io.chiaroscuro.server.render.Renderer;
import io.chiaroscuro.server.store.Gallery;
import io.chiaroscuro.server.upload.StatisticsBuilder;
import java.util.ArrayList;
import java.util.List;

/** Does each kind of job: with the model that it needs, and its results where they belong. */
final class StudioWork implements JobWork {

  private final ModelCache models;
  private final Renderer renderer;
  private final Gallery gallery;
  private final StatisticsBuilder builder;

  StudioWork(ModelCache models, Renderer renderer, Gallery gallery, StatisticsBuilder builder) {
    this.models = models;
    this.renderer = renderer;
    this.gallery = gallery;
    this.builder = builder;
  }

  @Override
  public List<String> run(Job job, JobProgress progress) {
    if (job.request() instanceof ImageRequest image) {
      return pictures(job.id(), image, List.of(image.light()), progress);
    }
    if (job.request() instanceof SweepRequest sweep) {
      return pictures(job.id(), sweep.image(), sweep.lights(), progress);
    }
    return statistics((StatisticsBuild) job.request(), progress);
  }

  private List<String> pictures(
      String job, ImageRequest request, List<LightSettings> lights, JobProgress progress) {
    List<String> ids = new ArrayList<>();
    try (var lease = models.lease(request.model())) {
      renderer.render(
          lease.model(),
          request,
          lights,
          progress,
          picture -> ids.add(gallery.add(job, ids.size() + 1, picture)));
    }
    return ids;
  }

  private List<String> statistics(StatisticsBuild build, JobProgress progress) {
    try (var lease = models.lease(build.model())) {
      builder.build(build, lease.model(), progress);
    }
    return List.of(build.name());
  }
}
