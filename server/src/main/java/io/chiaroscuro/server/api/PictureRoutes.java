package io.chiaroscuro.server.api;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.render.Renderer;
import io.chiaroscuro.server.store.Gallery;
import io.chiaroscuro.server.store.Picture;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The gallery, and the settings in a picture. */
public final class PictureRoutes {

  private static final int MOST_LISTED = 200;

  private final Gallery gallery;
  private final Body body;

  public PictureRoutes(Gallery gallery, Body body) {
    this.gallery = gallery;
    this.body = body;
  }

  public void addTo(RoutesConfig routes) {
    routes.get("/api/pictures", this::list);
    routes.post("/api/pictures/settings", this::settings);
    routes.get("/api/pictures/{id}", ctx -> ctx.json(PictureView.of(find(ctx))));
    routes.get("/api/pictures/{id}/png", this::png);
    routes.delete("/api/pictures/{id}", this::remove);
  }

  private void list(Context ctx) {
    int limit = Query.number(ctx, "limit", 50, 1, MOST_LISTED);
    Optional<String> before = Optional.ofNullable(ctx.queryParam("before"));
    List<PictureView> pictures = gallery.page(before, limit).stream().map(PictureView::of).toList();
    ctx.json(Map.of("pictures", pictures));
  }

  private void png(Context ctx) {
    Picture picture = find(ctx);
    // A picture never changes under its id.
    ctx.header("Cache-Control", "private, max-age=31536000, immutable");
    ctx.header("Content-Disposition", "inline; filename=\"%s.png\"".formatted(picture.id()));
    ctx.contentType("image/png").result(gallery.png(picture));
  }

  private void remove(Context ctx) {
    gallery.remove(find(ctx));
    ctx.status(204);
  }

  private void settings(Context ctx) {
    Body.File file = body.files(ctx, "image").get(0);
    String request = PngFile.readText(file.bytes(), file.name()).get(Renderer.REQUEST);
    if (request == null) {
      throw new RefusedException(
          "image", "This picture does not say how it was made; give one that the Studio made.");
    }
    ctx.json(Json.read(request, ImageRequest.class));
  }

  private Picture find(Context ctx) {
    return gallery
        .find(ctx.pathParam("id"))
        .orElseThrow(() -> Problem.notFound("There is no picture of this id."));
  }
}
