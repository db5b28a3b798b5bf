package io.chiaroscuro.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Speaks HTTP with the hub: what a repository holds, what a file is, and its content. Redirects are
 * followed by hand, since the token goes to the hub alone, never to where it sends us.
 */
final class HubConnection {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(30);
  private static final int MOST_REDIRECTS = 10;
  private static final int LONGEST_LISTING = 64 << 20;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final String LINKED_ETAG = "X-Linked-Etag";

  private final HubConfig config;
  private final HubAnswers answers;
  private final HttpClient client;

  HubConnection(HubConfig config) {
    this.config = config;
    this.answers = new HubAnswers(config);
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .proxy(config.proxies())
            .build();
  }

  /** One exchange, which may fail for a moment. */
  @FunctionalInterface
  private interface Exchange<T> {
    T run() throws IOException;
  }

  /**
   * What a repository holds at the revision.
   *
   * @throws HubUnavailableException if the hub cannot be reached, or does not hand it out
   * @throws InvalidInputException if there is no such revision
   */
  RemoteRepository list(ModelName name, RetryPolicy policy) {
    URI uri =
        URI.create(
            "%s/api/models/%s/revision/%s"
                .formatted(config.endpoint(), name.repository(), encoded(name.revision())));
    return persevere(
        policy,
        () -> {
          HttpResponse<BodyChunks> response = send("GET", uri, 0, redirect -> false);
          try (BodyChunks body = response.body()) {
            answers.check(response, name, Optional.empty());
            return listing(body, name);
          }
        });
  }

  /**
   * What a file of a commit is known by.
   *
   * @throws HubUnavailableException if the hub cannot be reached, or does not hand it out
   * @throws InvalidInputException if there is no such file
   */
  RemoteFile file(ModelName name, String commit, String path) {
    return persevere(
        config.retries(),
        () -> {
          // Where large files are the hub only redirects to, and describes them in that answer.
          HttpResponse<BodyChunks> response =
              send(
                  "HEAD",
                  uri(name, commit, path),
                  0,
                  redirect -> redirect.headers().firstValue(LINKED_ETAG).isPresent());
          try (BodyChunks body = response.body()) {
            answers.check(response, name, Optional.of(path));
            return described(response, name, path);
          }
        });
  }

  /**
   * Begins to fetch a file's content.
   *
   * @param from the first byte wanted; whether the answer begins there is for the caller to see
   * @throws IOException if that failed for a moment
   */
  HttpResponse<BodyChunks> open(ModelName name, String commit, String path, long from)
      throws IOException {
    HttpResponse<BodyChunks> response =
        send("GET", uri(name, commit, path), from, redirect -> false);
    try {
      if (response.statusCode() != HubAnswers.RANGE_NOT_SATISFIABLE) {
        answers.check(response, name, Optional.of(path));
      }
      return response;
    } catch (IOException | RuntimeException e) {
      response.body().close();
      throw e;
    }
  }

  private <T> T persevere(RetryPolicy policy, Exchange<T> exchange) {
    Attempts attempts = new Attempts(policy);
    try {
      while (true) {
        try {
          return exchange.run();
        } catch (IOException e) {
          attempts.waitAfter(e);
        }
      }
    } catch (IOException e) {
      throw answers.unreachable(e);
    }
  }

  private URI uri(ModelName name, String commit, String path) {
    return URI.create(
        "%s/%s/resolve/%s/%s"
            .formatted(
                config.endpoint(),
                name.repository(),
                commit,
                Arrays.stream(path.split("/"))
                    .map(HubConnection::encoded)
                    .collect(Collectors.joining("/"))));
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * @param enough redirects that are the answer themselves
   */
  private HttpResponse<BodyChunks> send(
      String method, URI first, long from, Predicate<HttpResponse<?>> enough) throws IOException {
    URI uri = first;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      HttpResponse<BodyChunks> response = exchange(request(method, uri, from));
      Optional<String> location = response.headers().firstValue("Location");
      if (location.isEmpty() || !REDIRECTS.contains(response.statusCode())) {
        return response;
      }
      URI target = target(uri, location.get());
      if (enough.test(response) && !isHub(target)) {
        return response;
      }
      response.body().close();
      uri = target;
    }
    throw new IOException("redirects without end");
  }

  private static URI target(URI from, String location) throws IOException {
    try {
      URI target = from.resolve(location);
      if (Set.of("http", "https").contains(String.valueOf(target.getScheme()))) {
        return target;
      }
    } catch (IllegalArgumentException e) {
      // As useless as one of another scheme.
    }
    throw new IOException("redirected to '%s'".formatted(location));
  }

  private HttpRequest request(String method, URI uri, long from) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, BodyPublishers.noBody())
            .timeout(SILENCE_TIMEOUT)
            .header("User-Agent", "chiaroscuro")
            .header("Accept-Encoding", "identity"); // sizes and ranges are of the content itself
    if (isHub(uri)) {
      config.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    if (from > 0) {
      request.header("Range", "bytes=%d-".formatted(from));
    }
    return request.build();
  }

  /** Whether it is the very place that the token is for. */
  private boolean isHub(URI uri) {
    URI hub = config.endpoint();
    return hub.getScheme().equalsIgnoreCase(uri.getScheme())
        && hub.getHost().equalsIgnoreCase(uri.getHost())
        && hub.getPort() == uri.getPort();
  }

  private HttpResponse<BodyChunks> exchange(HttpRequest request) throws IOException {
    try {
      return client.send(request, headers -> new BodyChunks(SILENCE_TIMEOUT));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private RemoteRepository listing(BodyChunks body, ModelName name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (List<ByteBuffer> chunk = body.next(); !chunk.isEmpty(); chunk = body.next()) {
      for (ByteBuffer buffer : chunk) {
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        bytes.writeBytes(part);
      }
      if (bytes.size() > LONGEST_LISTING) {
        throw answers.foreign("a listing without end");
      }
    }
    try {
      JsonNode json = new JsonMapper().readTree(bytes.toByteArray());
      String commit = json.path("sha").asText();
      TreeSet<String> files = new TreeSet<>();
      json.path("siblings").forEach(sibling -> files.add(sibling.path("rfilename").asText()));
      if (ModelName.isCommit(commit) && files.stream().allMatch(ModelName::isPath)) {
        return new RemoteRepository(commit, files);
      }
    } catch (JsonProcessingException e) {
      // As foreign as JSON of something else.
    }
    throw answers.foreign("no listing of " + name.repository());
  }

  private RemoteFile described(HttpResponse<?> response, ModelName name, String path) {
    boolean redirect = REDIRECTS.contains(response.statusCode());
    String etag =
        response
            .headers()
            .firstValue(LINKED_ETAG)
            .or(() -> response.headers().firstValue("ETag"))
            .map(value -> value.replaceFirst("^W/", "").replace("\"", ""))
            .orElse("");
    if (!etag.matches("[\\w-]{1,128}")) { // It becomes a file's name.
      throw answers.foreign("no ETag for %s/%s".formatted(name.repository(), path));
    }
    long size =
        response
            .headers()
            .firstValue("X-Linked-Size")
            .or(() -> redirect ? Optional.empty() : response.headers().firstValue("Content-Length"))
            .filter(value -> value.matches("\\d{1,18}"))
            .map(Long::valueOf)
            .orElse(RemoteFile.UNKNOWN_SIZE);
    return new RemoteFile(path, etag, size);
  }
}
