package io.chiaroscuro.server.api;

import io.chiaroscuro.server.json.RefusedException;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

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

  /**
   * Numbers by number: {@code ?0=1.5&2=-1}; {@code model} stands aside.
   *
   * @throws RefusedException if a name is none, or an amount beyond 10
   */
  static Map<Integer, Double> amounts(Context ctx) {
    Map<Integer, Double> amounts = new TreeMap<>();
    ctx.queryParamMap()
        .forEach(
            (name, values) -> {
              if (!name.equals("model")) {
                // Of what cannot be decoded there is a name without a text.
                String text = values.isEmpty() ? "" : values.get(0);
                amounts.put(number(name, name, 0, 4096), amount(name, text));
              }
            });
    return amounts;
  }

  private static double amount(String name, String text) {
    try {
      double amount = Double.parseDouble(text);
      if (Math.abs(amount) <= 10) {
        return amount;
      }
    } catch (NumberFormatException e) {
      // As senseless as one out of range.
    }
    throw new RefusedException(
        name, "%s is '%s'; give a number from -10 to 10.".formatted(name, text));
  }

  /** A name as a part of a path. */
  static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
