package io.chiaroscuro.server.api;

import io.chiaroscuro.server.http.Door;
import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.function.Consumer;

/** Our own API. */
public final class Api implements Door {

  private final List<Consumer<RoutesConfig>> parts;

  /**
   * @param parts each adds its routes
   */
  public Api(List<Consumer<RoutesConfig>> parts) {
    this.parts = List.copyOf(parts);
  }

  @Override
  public String prefix() {
    return "/api/";
  }

  @Override
  public void addTo(RoutesConfig routes) {
    parts.forEach(part -> part.accept(routes));
  }
}
