package io.chiaroscuro.server.automatic1111;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.json.DataUrl;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.render.Renderer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;

/** What a picture says of how it was made: one of the web UI, of this door, or of the gallery. */
public final class PngInfoRoute {

  private record PngInfoBody(String image) {}

  private final Body body;

  public PngInfoRoute(Body body) {
    this.body = body;
  }

  void addTo(RoutesConfig routes) {
    routes.post("/sdapi/v1/png-info", this::info);
  }

  private void info(Context ctx) {
    String image = body.json(ctx, PngInfoBody.class).image();
    if (image == null) {
      throw new RefusedException("image", "There is no image; send a PNG file in base64.");
    }
    Map<String, String> text = PngFile.readText(DataUrl.bytes(image, "image"), "image");
    String infotext = text.containsKey(Infotext.KEYWORD) ? text.get(Infotext.KEYWORD) : ours(text);
    var answer = Json.object().put("info", infotext);
    answer.set("items", Json.tree(text));
    answer.set("parameters", Json.tree(Infotext.parse(infotext)));
    ctx.json(answer);
  }

  /** Of a picture as the gallery has it; empty if it is none. */
  private String ours(Map<String, String> text) {
    String json = text.get(Renderer.REQUEST);
    return json == null ? "" : Infotext.of(Json.read(json, ImageRequest.class), null);
  }
}
