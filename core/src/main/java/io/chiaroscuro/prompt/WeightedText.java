package io.chiaroscuro.prompt;

/**
 * A stretch of a prompt.
 *
 * @param text without the signs that gave it its weight
 * @param weight what the encodings of its tokens are multiplied by; 1 leaves them as they are
 */
public record WeightedText(String text, double weight) {}
