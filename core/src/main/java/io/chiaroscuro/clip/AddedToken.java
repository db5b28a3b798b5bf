package io.chiaroscuro.clip;

/**
 * A token that is found in the text before it is split into words, and never split itself: a
 * special token, or the placeholder of a textual inversion.
 *
 * @param content what is searched
 * @param special whether it structures the input, as {@code <|endoftext|>} does
 * @param normalized whether it is searched in the normalised (lowercased) text
 * @param singleWord whether it is found only between word boundaries
 * @param lstrip whether it swallows the whitespace before it
 * @param rstrip whether it swallows the whitespace after it
 */
record AddedToken(
    String content,
    boolean special,
    boolean normalized,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip) {

  /** What textual inversion adds: {@code <line-art>}. */
  static AddedToken placeholder(String content) {
    return new AddedToken(content, false, true, false, false, false);
  }

  static AddedToken special(String content) {
    return new AddedToken(content, true, false, false, false, false);
  }
}
