package io.chiaroscuro.server.automatic1111;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.model.ModelCatalog;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;

/** The settings, and what there is to choose. They hold for all clients, until the server ends. */
public final class OptionRoutes {

  private final ModelCatalog catalog;
  private final Body body;
  private final AtomicReference<Options> options = new AtomicReference<>(new Options(null, 0));

  public OptionRoutes(ModelCatalog catalog, Body body) {
    this.catalog = catalog;
    this.body = body;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/sdapi/v1/options", this::options);
    routes.post("/sdapi/v1/options", this::choose);
    routes.get("/sdapi/v1/sd-models", this::models);
    routes.get("/sdapi/v1/samplers", this::samplers);
    routes.get("/sdapi/v1/schedulers", this::schedules);
  }

  Options current() {
    return options.get();
  }

  private void options(Context ctx) {
    Options current = current();
    ctx.json(
        Json.object()
            .put(Options.CHECKPOINT, catalog.facts(current.checkpoint()).name())
            .put("sd_checkpoint_hash", "")
            .put("sd_vae", "Automatic")
            .put(Options.CLIP_LAYERS, current.clipSkip() + 1)
            .put("samples_format", "png"));
  }

  private void choose(Context ctx) {
    var settings = body.json(ctx, ObjectNode.class);
    options.updateAndGet(
        now -> {
          Options chosen = now.with(settings);
          if (chosen.checkpoint() != null && !isServed(chosen.checkpoint())) {
            throw new RefusedException(
                Options.CHECKPOINT,
                "There is no model '%s'; see /sdapi/v1/sd-models.".formatted(chosen.checkpoint()));
          }
          return chosen;
        });
    ctx.contentType("application/json").result("null");
  }

  private boolean isServed(String name) {
    return catalog.all().stream().anyMatch(model -> model.name().equals(name));
  }

  private void models(Context ctx) {
    ArrayNode list = Json.object().arrayNode();
    catalog
        .all()
        .forEach(
            model ->
                list.addObject()
                    .put("title", model.name())
                    .put("model_name", model.name())
                    .putNull("hash")
                    .putNull("sha256")
                    .put("filename", model.name())
                    .putNull("config"));
    ctx.json(list);
  }

  private void samplers(Context ctx) {
    ArrayNode list = Json.object().arrayNode();
    for (Sampler sampler : Sampler.values()) {
      var item = list.addObject().put("name", sampler.label());
      item.set("aliases", Json.tree(sampler.aliases()));
      item.putObject("options");
    }
    ctx.json(list);
  }

  private void schedules(Context ctx) {
    ArrayNode list = Json.object().arrayNode();
    for (Schedule schedule : Schedule.values()) {
      list.addObject()
          .put("name", schedule.label().toLowerCase(Locale.ROOT))
          .put("label", schedule.label())
          .putNull("aliases")
          .put("default_rho", schedule == Schedule.KARRAS ? 7.0 : -1.0)
          .put("need_inner_model", false);
    }
    ctx.json(list);
  }
}
