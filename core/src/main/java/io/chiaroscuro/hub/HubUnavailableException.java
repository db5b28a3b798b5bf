package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;

/**
 * The hub cannot be reached, or does not hand out a repository: what the cache holds of it may
 * serve instead.
 */
final class HubUnavailableException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  HubUnavailableException(String message) {
    super(message);
  }

  HubUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
