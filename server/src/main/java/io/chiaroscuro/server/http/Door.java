package io.chiaroscuro.server.http;

import io.chiaroscuro.server.json.Json;
import io.javalin.config.RoutesConfig;

/** One of the server's interfaces: paths with a common beginning, and errors of a common shape. */
public interface Door {

  /** What its paths begin with, for example {@code /api/}. */
  String prefix();

  /** Adds its routes. */
  void addTo(RoutesConfig routes);

  /** The body in which it tells of a problem, as JSON. */
  default Object body(Problem problem) {
    return ownShape(problem);
  }

  /** {@code {"error": {"message": "one sentence", "field": "steps"}}}. */
  static Object ownShape(Problem problem) {
    var error = Json.object().put("message", problem.getMessage());
    if (!problem.field().isEmpty()) {
      error.put("field", problem.field());
    }
    return Json.object().set("error", error);
  }
}
