package io.chiaroscuro.server.page;

import io.chiaroscuro.server.http.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * Serves the page: modules, styles and pictures as they lie beside this class, and Preact from its
 * webjar.
 */
public final class Page {

  /** Nothing but what lies in the page's own folders. */
  private static final Pattern PATH =
      Pattern.compile("(?:[a-z][a-z0-9-]*/)*[a-z][a-z0-9-]*\\.(js|css|svg)");

  private static final Map<String, String> TYPES =
      Map.of("js", "text/javascript", "css", "text/css", "svg", "image/svg+xml");

  private static final String OWN = "io/chiaroscuro/server/page/";
  private static final String WEBJARS = "META-INF/resources/webjars/preact/";
  private static final String COORDINATES = "META-INF/maven/org.webjars.npm/preact/pom.properties";

  private final byte[] preact;
  private final byte[] hooks;

  public Page() {
    String folder = WEBJARS + preactVersion();
    preact = resource(folder + "/dist/preact.module.js");
    // Browsers know no bare names without an inline map of imports, which our policy refuses.
    hooks =
        new String(resource(folder + "/hooks/dist/hooks.module.js"), StandardCharsets.UTF_8)
            .replace("from\"preact\"", "from\"./preact.js\"")
            .getBytes(StandardCharsets.UTF_8);
  }

  /** Adds its routes. */
  public void addTo(RoutesConfig routes) {
    routes.get("/", ctx -> give(ctx, "text/html", resource(OWN + "index.html")));
    routes.get("/page/vendor/preact.js", ctx -> give(ctx, "text/javascript", preact));
    routes.get("/page/vendor/hooks.js", ctx -> give(ctx, "text/javascript", hooks));
    routes.get("/page/<path>", this::file);
  }

  private void file(Context ctx) {
    String path = ctx.pathParam("path");
    var parts = PATH.matcher(path);
    byte[] bytes = parts.matches() ? resource(OWN + path) : null;
    if (bytes == null) {
      throw Problem.notFound("The page has no part of this name.");
    }
    give(ctx, TYPES.get(parts.group(1)), bytes);
  }

  private static void give(Context ctx, String type, byte[] bytes) {
    // The page of another version would ask for what this one does not have.
    ctx.header("Cache-Control", "no-cache");
    ctx.contentType(type + "; charset=utf-8").result(bytes);
  }

  private static String preactVersion() {
    var coordinates = new Properties();
    try (InputStream in = Page.class.getClassLoader().getResourceAsStream(COORDINATES)) {
      coordinates.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return coordinates.getProperty("version");
  }

  /** Null where there is none. */
  private static byte[] resource(String path) {
    try (InputStream in = Page.class.getClassLoader().getResourceAsStream(path)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
