package io.chiaroscuro.server.http;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.server.job.QueueFullException;
import io.chiaroscuro.server.job.ShuttingDownException;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.upload.BusyException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes an answer of whatever goes wrong: a status and one sentence, in the shape of its door. */
public final class Problems {

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private final List<Door> doors;

  public Problems(List<Door> doors) {
    this.doors = List.copyOf(doors);
  }

  /** Adds itself to the routes. */
  public void addTo(RoutesConfig routes) {
    routes.before(Problems::requireDecodable);
    routes.exception(Exception.class, (e, ctx) -> answer(ctx, of(e, ctx)));
    routes.error(404, "*", ctx -> complete(ctx, "There is nothing here; see /openapi.json."));
    routes.error(405, "*", ctx -> complete(ctx, "This path does not take this method."));
  }

  /** Javalin takes this for a fault of the server's. */
  private static void requireDecodable(Context ctx) {
    try {
      URLDecoder.decode(ctx.path(), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Problem(400, "The path holds a % that encodes nothing; write it as %25.");
    }
  }

  /** Where nothing was said yet. */
  private void complete(Context ctx, String sentence) {
    if (ctx.attribute(Problem.class.getName()) == null) {
      answer(ctx, new Problem(ctx.statusCode(), sentence));
    }
  }

  private void answer(Context ctx, Problem problem) {
    if (ctx.res().isCommitted()) {
      return;
    }
    ctx.attribute(Problem.class.getName(), problem);
    if (problem.retryAfterSeconds() != null) {
      ctx.header("Retry-After", problem.retryAfterSeconds().toString());
    }
    Object body =
        doors.stream()
            .filter(door -> ctx.path().startsWith(door.prefix()))
            .findFirst()
            .map(door -> door.body(problem))
            .orElseGet(() -> Door.ownShape(problem));
    ctx.status(problem.status()).json(body);
  }

  private static Problem of(Exception e, Context ctx) {
    if (e instanceof Problem problem) {
      return problem;
    }
    if (e instanceof RefusedException refused) {
      return new Problem(400, refused.getMessage(), refused.field(), null);
    }
    if (e instanceof InvalidInputException) {
      return new Problem(400, e.getMessage());
    }
    if (e instanceof QueueFullException full) {
      return new Problem(429, full.getMessage(), "", full.retryAfterSeconds());
    }
    if (e instanceof BusyException) {
      return new Problem(429, e.getMessage(), "", 3L);
    }
    if (e instanceof ShuttingDownException) {
      return new Problem(503, e.getMessage(), "", 30L);
    }
    if (e instanceof HttpResponseException http) {
      return new Problem(http.getStatus(), sentence(http.getStatus()));
    }
    LOG.error("{} {} failed.", ctx.method(), ctx.path(), e);
    return new Problem(500, "Something unforeseen went wrong; the server's log has the details.");
  }

  private static String sentence(int status) {
    return switch (status) {
      case 404 -> "There is nothing here; see /openapi.json.";
      case 405 -> "This path does not take this method.";
      case 413 -> "The body is larger than is taken; send less.";
      default -> "This request cannot be understood; correct it.";
    };
  }
}
