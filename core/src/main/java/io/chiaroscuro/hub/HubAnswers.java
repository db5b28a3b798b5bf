package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What the hub's answers mean, in one sentence with the remedy. */
final class HubAnswers {

  static final int RANGE_NOT_SATISFIABLE = 416;

  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;

  private final HubConfig config;

  HubAnswers(HubConfig config) {
    this.config = config;
  }

  /**
   * Lets good answers pass.
   *
   * @param file the file that was asked for, if it was one
   * @throws BusyException if it may be better in a moment
   * @throws HubUnavailableException if the repository is not for this user
   * @throws InvalidInputException if the hub lacks the revision or the file
   */
  void check(HttpResponse<?> response, ModelName name, Optional<String> file) throws IOException {
    int status = response.statusCode();
    if (status < 400) {
      return;
    }
    if (status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS || status >= 500) {
      throw new BusyException(status, retryAfter(response));
    }
    throw refusal(status, response.headers().firstValue("X-Error-Code").orElse(""), name, file);
  }

  private static Duration retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(seconds -> seconds.matches("\\d{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(Duration.ZERO);
  }

  private InvalidInputException refusal(
      int status, String code, ModelName name, Optional<String> file) {
    String repository = name.repository();
    switch (code) {
      case "GatedRepo":
        return new HubUnavailableException(
            config.token().isPresent()
                ? "%s is gated and your token gives no access; accept its terms at %s/%s, signed in as the token's owner."
                    .formatted(repository, config.endpoint(), repository)
                : "%s is gated; accept its terms at %s/%s and set HF_TOKEN to a token of yours."
                    .formatted(repository, config.endpoint(), repository));
      case "RevisionNotFound":
        return new InvalidInputException(
            "%s has no revision '%s'; name a branch, a tag or a commit that %s/%s has."
                .formatted(repository, name.revision(), config.endpoint(), repository));
      case "EntryNotFound":
        return new InvalidInputException(
            "%s has no file '%s' at revision '%s'; name one that %s/%s has."
                .formatted(
                    repository, file.orElse(""), name.revision(), config.endpoint(), repository));
      default:
        break;
    }
    if (status == 403) {
      return new HubUnavailableException(
          "%s refuses access to %s; set HF_TOKEN to a token that may read it."
              .formatted(config.endpoint(), repository));
    }
    if (status == 401 || status == 404) {
      // The hub does not tell strangers which private repositories there are.
      return new HubUnavailableException(
          config.token().isPresent()
              ? "%s has no repository '%s', or your token is not valid or not for it; check the name and HF_TOKEN."
                  .formatted(config.endpoint(), repository)
              : "%s has no repository '%s', or it is private; check the name, or set HF_TOKEN to a token that may read it."
                  .formatted(config.endpoint(), repository));
    }
    return new HubUnavailableException(
        "%s answers with status %d when asked for %s; try again later."
            .formatted(config.endpoint(), status, repository));
  }

  /** What an exchange that failed for good means. */
  HubUnavailableException unreachable(IOException e) {
    if (e instanceof BusyException busy) {
      return new HubUnavailableException(
          busy.status() == TOO_MANY_REQUESTS
              ? "%s allows no more requests for now (status 429); try again in some minutes, or set HF_TOKEN, with which it allows more."
                  .formatted(config.endpoint())
              : "%s has trouble (status %d); try again later."
                  .formatted(config.endpoint(), busy.status()),
          e);
    }
    if (e instanceof SSLException) {
      return new HubUnavailableException(
          "The certificate of %s is not trusted (%s); if a proxy stands between, add its certificate to Java's by -Djavax.net.ssl.trustStore."
              .formatted(config.endpoint(), e.getMessage()),
          e);
    }
    return new HubUnavailableException(
        "Cannot reach %s (%s); check the network, or set HF_HUB_OFFLINE=1 to use what is in the cache."
            .formatted(config.endpoint(), reason(e)),
        e);
  }

  private static String reason(IOException e) {
    if (e instanceof ConnectException) {
      return "no connection";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** It answered, but not as a hub. */
  HubUnavailableException foreign(String what) {
    return new HubUnavailableException(
        "%s answers with %s; check that HF_ENDPOINT names a hub and no proxy asks for a sign-in."
            .formatted(config.endpoint(), what));
  }
}
