package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies that {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}
 * name, in capitals or not: Java by itself knows only its own properties, which come next.
 */
final class EnvironmentProxies extends ProxySelector {

  private static final int USUAL_PORT = 80;

  private final Map<String, String> environment;

  EnvironmentProxies(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * @throws InvalidInputException if the variable that counts holds no address
   */
  @Override
  public List<Proxy> select(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toUpperCase(Locale.ROOT);
    Optional<String> proxy = value(scheme + "_PROXY").or(() -> value("ALL_PROXY"));
    if (proxy.isPresent()) {
      return List.of(isExempt(uri.getHost()) ? Proxy.NO_PROXY : proxy(proxy.get()));
    }
    ProxySelector properties = ProxySelector.getDefault();
    return properties == null ? List.of(Proxy.NO_PROXY) : properties.select(uri);
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT)))
        .or(() -> Optional.ofNullable(environment.get(name)))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private boolean isExempt(String host) {
    return Arrays.stream(value("NO_PROXY").orElse("").split(","))
        .map(String::strip)
        .map(name -> name.startsWith(".") ? name.substring(1) : name)
        .filter(name -> !name.isEmpty())
        .anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
  }

  private static Proxy proxy(String address) {
    try {
      URI uri = URI.create(address.contains("://") ? address : "http://" + address);
      if (uri.getHost() != null) {
        int port = uri.getPort() < 0 ? USUAL_PORT : uri.getPort();
        return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(uri.getHost(), port));
      }
    } catch (IllegalArgumentException e) {
      // As useless as one without a host.
    }
    throw new InvalidInputException(
        "The proxy '%s' in the environment is no address; write it like http://proxy.example:3128."
            .formatted(address));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    // The request says it.
  }
}
