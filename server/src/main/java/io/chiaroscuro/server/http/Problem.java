package io.chiaroscuro.server.http;

/** A request that is answered with a status and a sentence. */
public final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What a client said is repeated to it, but not at any length. */
  private static final int LONGEST = 600;

  private final int status;
  private final String field;
  private final Long retryAfterSeconds;

  /**
   * @param status 4xx or 5xx
   * @param sentence what is wrong and the remedy
   */
  public Problem(int status, String sentence) {
    this(status, sentence, "", null);
  }

  /**
   * @param field by its name in JSON; empty where it is no field's fault
   * @param retryAfterSeconds when to try again; null where that is no use
   */
  public Problem(int status, String sentence, String field, Long retryAfterSeconds) {
    super(readable(sentence), null, false, false);
    this.status = status;
    this.field = readable(field);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** On one line; of a long one the beginning, and the end, where the remedy stands. */
  private static String readable(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= LONGEST
        ? line
        : line.substring(0, LONGEST / 2) + "..." + line.substring(line.length() - LONGEST / 2);
  }

  /** What a path does not lead to. */
  public static Problem notFound(String sentence) {
    return new Problem(404, sentence);
  }

  public int status() {
    return status;
  }

  /** The field's name in JSON; empty where it is no field's fault. */
  public String field() {
    return field;
  }

  /** When to try again; null where that is no use. */
  public Long retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
