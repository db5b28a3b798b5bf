package io.chiaroscuro.server.automatic1111;

import io.chiaroscuro.server.http.Door;
import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.json.Json;
import io.javalin.config.RoutesConfig;

/** The API of AUTOMATIC1111's web UI, as far as it is about making pictures. */
public final class Automatic1111 implements Door {

  private final GenerationRoutes generation;
  private final OptionRoutes options;
  private final PngInfoRoute pngInfo;

  public Automatic1111(GenerationRoutes generation, OptionRoutes options, PngInfoRoute pngInfo) {
    this.generation = generation;
    this.options = options;
    this.pngInfo = pngInfo;
  }

  @Override
  public String prefix() {
    return "/sdapi/";
  }

  @Override
  public void addTo(RoutesConfig routes) {
    generation.addTo(routes);
    options.addTo(routes);
    pngInfo.addTo(routes);
  }

  /** {@code {"error": "HTTPError", "detail": "one sentence", "body": "", "errors": ""}}. */
  @Override
  public Object body(Problem problem) {
    return Json.object()
        .put("error", "HTTPError")
        .put("detail", problem.getMessage())
        .put("body", "")
        .put("errors", problem.field());
  }
}
