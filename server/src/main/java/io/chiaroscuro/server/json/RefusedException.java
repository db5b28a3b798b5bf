package io.chiaroscuro.server.json;

import io.chiaroscuro.InvalidInputException;

/** A field of a request cannot be used. */
public final class RefusedException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * @param field by its name in JSON, {@code light.strength} for one within another; empty where it
   *     is no field's fault
   * @param sentence names what is wrong and the remedy
   */
  public RefusedException(String field, String sentence) {
    super(sentence);
    this.field = field;
  }

  /** The field's name in JSON; empty where it is no field's fault. */
  public String field() {
    return field;
  }
}
