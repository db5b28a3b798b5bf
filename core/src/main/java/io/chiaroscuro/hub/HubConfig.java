package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the hub is, where its cache lies, and who asks.
 *
 * @param endpoint the hub's address, without a slash at its end
 * @param cache the folder with one folder a repository, shared with Python
 * @param token who asks; sent to {@code endpoint} and nowhere else
 * @param offline whether only the cache is asked
 * @param symlinks whether snapshots are links; otherwise files lie in them
 * @param retries how long to go on where the network fails
 * @param proxies the way out of the user's network
 */
public record HubConfig(
    URI endpoint,
    Path cache,
    Optional<String> token,
    boolean offline,
    boolean symlinks,
    RetryPolicy retries,
    ProxySelector proxies) {

  private static final String ENDPOINT = "https://huggingface.co";
  private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

  /**
   * What environment variables say, by huggingface_hub's own rules: {@code HF_ENDPOINT}, {@code
   * HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME}, {@code HF_TOKEN}, {@code
   * HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE}, {@code HF_HUB_DISABLE_SYMLINKS}; and {@code
   * HTTPS_PROXY} with its like.
   *
   * @param home the user's folder
   * @throws InvalidInputException if one of them makes no sense
   */
  public static HubConfig of(Map<String, String> environment, Path home) {
    Path caches = path(environment, "XDG_CACHE_HOME", home).orElse(home.resolve(".cache"));
    Path own = path(environment, "HF_HOME", home).orElse(caches.resolve("huggingface"));
    return new HubConfig(
        endpoint(value(environment, "HF_ENDPOINT").orElse(ENDPOINT)),
        path(environment, "HF_HUB_CACHE", home)
            .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE", home))
            .orElse(own.resolve("hub")),
        value(environment, "HF_TOKEN")
            .or(() -> value(environment, "HUGGING_FACE_HUB_TOKEN"))
            .map(token -> token(token, "HF_TOKEN"))
            .or(() -> saved(path(environment, "HF_TOKEN_PATH", home).orElse(own.resolve("token")))),
        yes(environment, "HF_HUB_OFFLINE") || yes(environment, "TRANSFORMERS_OFFLINE"),
        !yes(environment, "HF_HUB_DISABLE_SYMLINKS"),
        RetryPolicy.USUAL,
        new EnvironmentProxies(environment));
  }

  /** The same with other patience. */
  public HubConfig withRetries(RetryPolicy policy) {
    return new HubConfig(endpoint, cache, token, offline, symlinks, policy, proxies);
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  private static boolean yes(Map<String, String> environment, String name) {
    return value(environment, name)
        .map(v -> v.toUpperCase(Locale.ROOT))
        .filter(YES::contains)
        .isPresent();
  }

  private static Optional<Path> path(Map<String, String> environment, String name, Path home) {
    return value(environment, name)
        .map(
            v ->
                v.equals("~") || v.startsWith("~/")
                    ? home.resolve(v.substring(Math.min(2, v.length())))
                    : Path.of(v));
  }

  private static URI endpoint(String value) {
    try {
      URI endpoint = URI.create(value.replaceAll("/+$", ""));
      if (endpoint.getHost() != null
          && Set.of("http", "https").contains(String.valueOf(endpoint.getScheme()))) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      // As useless as one without a host.
    }
    throw new InvalidInputException(
        "HF_ENDPOINT is '%s', which is no address of a hub; write it like %s."
            .formatted(value, ENDPOINT));
  }

  private static Optional<String> saved(Path file) {
    try {
      return Files.isRegularFile(file)
          ? Optional.of(Files.readString(file).strip())
              .filter(token -> !token.isEmpty())
              .map(token -> token(token, file.toString()))
          : Optional.empty();
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read the token in %s (%s); check the file's permissions or set HF_TOKEN."
              .formatted(file, AtomicFile.reason(e)),
          e);
    }
  }

  /** Never shows the token, whatever is wrong with it. */
  private static String token(String token, String source) {
    if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new InvalidInputException(
          "The token in %s has characters that no token has; copy it anew from %s/settings/tokens."
              .formatted(source, ENDPOINT));
    }
    return token;
  }

  /** Without the token, which belongs in no log. */
  @Override
  public String toString() {
    return "HubConfig[endpoint=%s, cache=%s, token=%s, offline=%s]"
        .formatted(endpoint, cache, token.isPresent() ? "set" : "none", offline);
  }
}
