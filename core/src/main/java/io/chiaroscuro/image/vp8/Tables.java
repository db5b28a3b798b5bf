package io.chiaroscuro.image.vp8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The numbers RFC 6386 lists, from {@code tables.txt}. */
final class Tables {

  private static final List<String> LINES = load();

  static final int[] DC_QUANTIZERS = table("dcQuantizers");
  static final int[] AC_QUANTIZERS = table("acQuantizers");

  /** Index ((above * 10) + left) * 9 + node. */
  static final int[] SUBBLOCK_MODE_PROBABILITIES = table("subblockModeProbabilities");

  /** Index ((type * 8 + band) * 3 + context) * 11 + node. */
  static final int[] COEFFICIENT_PROBABILITIES = table("coefficientProbabilities");

  /** With the same index. */
  static final int[] COEFFICIENT_UPDATE_PROBABILITIES = table("coefficientUpdateProbabilities");

  private Tables() {}

  private static int[] table(String name) {
    return LINES.stream()
        .dropWhile(line -> !line.startsWith(name))
        .skip(1)
        .takeWhile(line -> Character.isDigit(line.charAt(0)))
        .flatMapToInt(line -> Arrays.stream(line.split(" ")).mapToInt(Integer::parseInt))
        .toArray();
  }

  private static List<String> load() {
    try (InputStream in = Tables.class.getResourceAsStream("tables.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
