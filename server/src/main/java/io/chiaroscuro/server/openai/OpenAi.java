package io.chiaroscuro.server.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.server.http.Door;
import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.json.Json;
import io.javalin.config.RoutesConfig;
import java.util.Map;

/** OpenAI's API, as far as it is about images and models. */
public final class OpenAi implements Door {

  /** Where a field of ours has another name. */
  private static final Map<String, String> NAMES =
      Map.of("count", "n", "width", "size", "height", "size");

  private final ImagesRoutes images;
  private final ModelRoutes models;

  public OpenAi(ImagesRoutes images, ModelRoutes models) {
    this.images = images;
    this.models = models;
  }

  @Override
  public String prefix() {
    return "/v1/";
  }

  @Override
  public void addTo(RoutesConfig routes) {
    images.addTo(routes);
    models.addTo(routes);
  }

  @Override
  public Object body(Problem problem) {
    return errorBody(problem);
  }

  /** {@code {"error": {"message", "type", "param", "code"}}}. */
  static ObjectNode errorBody(Problem problem) {
    String param = NAMES.getOrDefault(problem.field(), problem.field());
    var error =
        Json.object()
            .put("message", problem.getMessage())
            .put("type", type(problem.status()))
            .put("param", param.isEmpty() ? null : param)
            .put("code", code(problem));
    return Json.object().set("error", error);
  }

  private static String type(int status) {
    return status >= 500 ? "server_error" : status == 429 ? "requests" : "invalid_request_error";
  }

  private static String code(Problem problem) {
    return switch (problem.status()) {
      case 400 -> problem.field().isEmpty() ? null : "invalid_value";
      case 401 -> "invalid_api_key";
      case 404 -> problem.field().equals("model") ? "model_not_found" : null;
      case 429 -> "rate_limit_exceeded";
      default -> null;
    };
  }
}
