package io.chiaroscuro.file;

import java.nio.file.Path;

/** Where the product keeps what it can make or fetch again. */
public final class UserCache {

  private UserCache() {}

  /**
   * {@code ~/.cache/chiaroscuro}, or where {@code XDG_CACHE_HOME} says, as the XDG base directory
   * specification has it; need not exist.
   */
  public static Path folder() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path caches =
        xdg != null && Path.of(xdg).isAbsolute()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return caches.resolve("chiaroscuro");
  }
}
