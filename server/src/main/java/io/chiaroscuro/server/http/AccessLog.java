package io.chiaroscuro.server.http;

import io.chiaroscuro.server.json.Json;
import io.javalin.http.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A JSON object for each answer. */
public final class AccessLog {

  private static final Logger LOG = LoggerFactory.getLogger("io.chiaroscuro.server.access");

  private AccessLog() {}

  /** Paths stand without their query, in which somebody might have put a key. */
  public static void write(Context ctx, float millis) {
    if (LOG.isInfoEnabled()) {
      LOG.info(
          Json.write(
              Json.object()
                  .put("method", ctx.method().name())
                  .put("path", ctx.path())
                  .put("status", ctx.statusCode())
                  .put("ms", Math.round(millis))
                  .put("client", ctx.ip())));
    }
  }
}
