package io.chiaroscuro.server.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Who may come in. With a key, whoever has it: in the header {@code Authorization: Bearer}, in
 * {@code X-Api-Key}, as the password of {@code Authorization: Basic}, or in the cookie that a
 * browser gets for it at {@code POST /api/session}. Without a key, programs on this machine; but
 * not pages of other sites in a browser on it, which are told by {@code Origin}, nor names of other
 * sites that lead here, told by {@code Host}.
 */
public final class AccessRules {

  private static final String COOKIE = "chiaroscuro_key";

  private static final String SESSION = "/api/session";

  private final Optional<String> key;
  private final List<String> guarded;

  /**
   * @param key that clients must show; empty if the server is on the loopback interface alone
   * @param guarded what paths begin with that need it; all others are the page's, which asks for
   *     the key, and those that tell a supervisor that all is well
   */
  public AccessRules(Optional<String> key, List<String> guarded) {
    this.key = key;
    this.guarded = List.copyOf(guarded);
  }

  /** Adds itself to the routes. */
  public void addTo(RoutesConfig routes) {
    routes.before(this::check);
    routes.post(SESSION, this::openSession);
  }

  /** Whether {@code host} can be reached from this machine only. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private void check(Context ctx) {
    requireSameOrigin(ctx);
    if (key.isEmpty()) {
      requireLocalHost(ctx);
    } else if (isGuarded(ctx) && !hasKey(ctx)) {
      throw new Problem(
          401, "This server needs its API key; send it as 'Authorization: Bearer KEY'.");
    }
  }

  private boolean isGuarded(Context ctx) {
    return !ctx.path().equals(SESSION) && guarded.stream().anyMatch(ctx.path()::startsWith);
  }

  private boolean hasKey(Context ctx) {
    String authorization = String.valueOf(ctx.header("Authorization"));
    return isKey(ctx.header("X-Api-Key"))
        || isKey(ctx.cookie(COOKIE))
        || authorization.startsWith("Bearer ") && isKey(authorization.substring(7))
        || authorization.startsWith("Basic ") && isKey(password(authorization.substring(6)));
  }

  /** AUTOMATIC1111's clients know a name and a password; any name will do. */
  private static String password(String base64) {
    try {
      String both = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
      return both.substring(both.indexOf(':') + 1);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** In the same time wherever they differ. */
  private boolean isKey(String given) {
    return given != null
        && MessageDigest.isEqual(
            given.getBytes(StandardCharsets.UTF_8),
            key.orElseThrow().getBytes(StandardCharsets.UTF_8));
  }

  /** A script of this page cannot read the cookie, and no other site's page can send it. */
  private void openSession(Context ctx) {
    if (key.isPresent()) {
      String given = ctx.header("X-Api-Key");
      if (!isKey(given)) {
        throw new Problem(401, "This is not the server's API key.");
      }
      Cookie cookie = new Cookie(COOKIE, given);
      cookie.setHttpOnly(true);
      cookie.setPath("/");
      cookie.setSameSite(SameSite.STRICT);
      ctx.cookie(cookie);
    }
    ctx.status(204);
  }

  private static void requireSameOrigin(Context ctx) {
    String origin = ctx.header("Origin");
    if (origin == null) {
      return;
    }
    try {
      String authority = URI.create(origin).getRawAuthority();
      if (authority != null && authority.equalsIgnoreCase(ctx.header("Host"))) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // As foreign as any.
    }
    throw new Problem(403, "Pages of other sites may not use this server.");
  }

  private static void requireLocalHost(Context ctx) {
    String host = String.valueOf(ctx.header("Host")).replaceFirst(":\\d{1,5}$", "");
    boolean isLocal =
        host.equalsIgnoreCase("localhost")
            || host.equals("[::1]")
            || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    if (!isLocal) {
      throw new Problem(403, "This server is for this machine alone; ask for 127.0.0.1.");
    }
  }
}
