package io.chiaroscuro.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.chiaroscuro.scheduler.SamplerName;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.model.ModelCache;
import io.chiaroscuro.server.model.ModelCatalog;
import io.chiaroscuro.server.model.ModelFacts;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the server is and offers: itself, its models, its samplers. */
public final class InfoRoutes {

  /**
   * What is told of the server.
   *
   * @param keyNeeded whether clients must show a key
   */
  public record Info(
      String version,
      String device,
      String dtype,
      int queueLength,
      boolean keyNeeded,
      Limits limits) {}

  private record ModelView(
      String name,
      String family,
      int trainedSize,
      int latentChannels,
      int downscale,
      String scheduler,
      boolean loaded,
      @JsonProperty("default") boolean isDefault) {}

  private final Info info;
  private final ModelCatalog catalog;
  private final ModelCache cache;

  public InfoRoutes(Info info, ModelCatalog catalog, ModelCache cache) {
    this.info = info;
    this.catalog = catalog;
    this.cache = cache;
  }

  public void addTo(RoutesConfig routes) {
    routes.get("/api/info", ctx -> ctx.json(info));
    routes.get("/api/models", this::models);
    routes.get("/api/samplers", this::samplers);
  }

  private void models(Context ctx) {
    List<ModelView> models = catalog.all().stream().map(this::view).toList();
    ctx.json(Map.of("models", models));
  }

  private ModelView view(ModelFacts model) {
    return new ModelView(
        model.name(),
        model.family(),
        model.trainedSize(),
        model.latentChannels(),
        model.downscale(),
        model.scheduler().type().toString(),
        cache.isLoaded(model.name()),
        model.name().equals(catalog.defaultName()));
  }

  private void samplers(Context ctx) {
    List<String> names =
        Stream.concat(
                Arrays.stream(SchedulerType.values()).map(SchedulerType::toString),
                SamplerName.names().stream())
            .distinct()
            .toList();
    ctx.json(Map.of("samplers", names));
  }
}
