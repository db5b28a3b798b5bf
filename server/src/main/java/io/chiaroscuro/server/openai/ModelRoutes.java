package io.chiaroscuro.server.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.model.ModelCatalog;
import io.chiaroscuro.server.model.ModelFacts;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;

/** The models, as OpenAI lists its own. */
public final class ModelRoutes {

  private final ModelCatalog catalog;

  /** When a model was made is not known; since when it is served, is. */
  private final long created = Instant.now().getEpochSecond();

  public ModelRoutes(ModelCatalog catalog) {
    this.catalog = catalog;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/v1/models", this::list);
    routes.get("/v1/models/{id}", this::find);
  }

  private void list(Context ctx) {
    var list = Json.object().put("object", "list");
    var data = list.putArray("data");
    catalog.all().forEach(model -> data.add(view(model)));
    ctx.json(list);
  }

  private void find(Context ctx) {
    ModelFacts model = named(catalog, ctx.pathParam("id"));
    ctx.json(view(model));
  }

  /**
   * The model of that name.
   *
   * @param name null for the default
   * @throws Problem with OpenAI's status if there is none
   */
  static ModelFacts named(ModelCatalog catalog, String name) {
    try {
      return catalog.facts(name);
    } catch (RefusedException e) {
      throw new Problem(404, e.getMessage(), "model", null);
    }
  }

  private ObjectNode view(ModelFacts model) {
    return Json.object()
        .put("id", model.name())
        .put("object", "model")
        .put("created", created)
        .put("owned_by", "chiaroscuro");
  }
}
