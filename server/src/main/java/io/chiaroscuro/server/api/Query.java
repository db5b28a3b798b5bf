package io.chiaroscuro.server.api;

import io.chiaroscuro.server.json.RefusedException;
import io.javalin.http.Context;

/** What stands in a request's query, or in a form's field. */
final class Query {

  private Query() {}

  /**
   * A whole number.
   *
   * @param usual where it is not given
   * @throws RefusedException if it is none, or out of range
   */
  static int number(Context ctx, String name, int usual, int least, int most) {
    String text = ctx.queryParam(name);
    return text == null ? usual : number(text, name, least, most);
  }

  static int number(String text, String name, int least, int most) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // As senseless as one out of range.
    }
    throw new RefusedException(
        name, "%s is '%s'; give a whole number from %d to %d.".formatted(name, text, least, most));
  }
}
