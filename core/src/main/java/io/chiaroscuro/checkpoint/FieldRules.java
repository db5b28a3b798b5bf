package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import java.util.List;

/** What configurations demand of their fields alike; the messages name the field as JSON does. */
public final class FieldRules {

  private FieldRules() {}

  /**
   * @throws InvalidInputException if {@code value} is null
   */
  public static <T> T requireGiven(String field, T value) {
    if (value == null) {
      throw new InvalidInputException("field '%s' must not be null.".formatted(field));
    }
    return value;
  }

  /**
   * @throws InvalidInputException if {@code value} is below one
   */
  public static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new InvalidInputException(
          "field '%s' is %d; it must be at least 1.".formatted(field, value));
    }
  }

  /**
   * @throws InvalidInputException unless {@code value} is above zero and finite
   */
  public static void requirePositive(String field, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new InvalidInputException(
          "field '%s' is %s; it must be a number above 0.".formatted(field, value));
    }
  }

  /**
   * @throws InvalidInputException if a list has another length than {@code block_out_channels}, or
   *     that is empty
   */
  public static void requireLevels(String field, boolean fits, int levels) {
    if (!fits || levels == 0) {
      throw new InvalidInputException(
          "field '%s' must have as many entries as 'block_out_channels' (%d, at least 1)."
              .formatted(field, levels));
    }
  }

  /**
   * @throws InvalidInputException if one of {@code values} is not among {@code supported}
   */
  public static void requireSupported(String field, List<String> values, List<String> supported) {
    for (String value : values) {
      if (!supported.contains(value)) {
        throw new InvalidInputException(
            "field '%s' has '%s', which is not supported; supported: %s."
                .formatted(field, value, String.join(", ", supported)));
      }
    }
  }

  /**
   * @throws InvalidInputException if {@code groups} does not divide each of {@code channels}
   */
  public static void requireGroups(List<Integer> channels, int groups) {
    requirePositive("norm_num_groups", groups);
    for (int count : channels) {
      if (count < 1 || count % groups != 0) {
        throw new InvalidInputException(
            "field 'block_out_channels' has %d, which is no multiple of 'norm_num_groups' (%d)."
                .formatted(count, groups));
      }
    }
  }
}
