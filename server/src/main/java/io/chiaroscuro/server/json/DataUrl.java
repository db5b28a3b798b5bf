package io.chiaroscuro.server.json;

import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pictures within JSON: {@code data:image/png;base64,...}, or the base64 alone. */
public final class DataUrl {

  private static final Pattern PREFIX = Pattern.compile("data:[a-zA-Z0-9.+/-]{0,80};base64,");

  private DataUrl() {}

  /** A PNG file's bytes as a data URL. */
  public static String png(byte[] bytes) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * The bytes within.
   *
   * @param field where it was given, for messages
   * @throws RefusedException if it is no base64
   */
  public static byte[] bytes(String url, String field) {
    Matcher prefix = PREFIX.matcher(url);
    String base64 = prefix.lookingAt() ? url.substring(prefix.end()) : url;
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          field,
          "The field '%s' is no picture; give a data URL with base64 data.".formatted(field));
    }
  }
}
