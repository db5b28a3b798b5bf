package io.chiaroscuro.server.api;

import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The description of all doors, for programs: written by hand, checked against the routes. */
public final class OpenApiDocument {

  private final byte[] json;

  public OpenApiDocument() {
    try (InputStream in = OpenApiDocument.class.getResourceAsStream("openapi.json")) {
      json = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void addTo(RoutesConfig routes) {
    routes.get("/openapi.json", ctx -> ctx.contentType("application/json").result(json));
  }
}
