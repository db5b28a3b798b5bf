package io.chiaroscuro.server.http;

import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.json.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** For a supervisor: whether the process lives, and whether it takes jobs. */
public final class Health {

  private final JobQueue queue;

  public Health(JobQueue queue) {
    this.queue = queue;
  }

  public void addTo(RoutesConfig routes) {
    routes.get("/health/live", ctx -> answer(ctx, queue.isAlive(), "dead"));
    routes.get("/health/ready", ctx -> answer(ctx, queue.isOpen(), "stopping"));
  }

  private static void answer(Context ctx, boolean isWell, String otherwise) {
    ctx.status(isWell ? 200 : 503).json(Json.object().put("status", isWell ? "ok" : otherwise));
  }
}
