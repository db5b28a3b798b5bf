package io.chiaroscuro.order;

import io.chiaroscuro.InvalidInputException;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Pictures that differ by their seed alone, as a line of a batch file or a row of a table asks for
 * them.
 *
 * @param picture what they show
 * @param leak the signal leak they start from
 * @param seed of the first; the next has the next
 * @param count how many
 * @param outputName what their files are called; null to name each by what it is made from
 */
public record PictureOrder(
    PictureSettings picture, LeakSettings leak, long seed, int count, String outputName)
    implements Serializable {

  private static final Pattern FILE_NAME =
      Pattern.compile("[^/\\\\:*?\"<>|\\p{Cntrl}. ]([^/\\\\:*?\"<>|\\p{Cntrl}]{0,98}[^. ])?");

  /**
   * Refuses what cannot be meant, whatever the model.
   *
   * @throws InvalidInputException naming what is wrong
   */
  public void check() {
    picture.check();
    leak.check();
    if (count < 1) {
      throw new InvalidInputException("--count is %d; give 1 or more.".formatted(count));
    }
    if (outputName != null && !FILE_NAME.matcher(stem()).matches()) {
      throw new InvalidInputException(
          "The output_name '%s' is no name of a file; give up to 100 letters and digits, without a folder."
              .formatted(outputName));
    }
  }

  /** The seed of picture {@code index}. */
  public long seed(int index) {
    return seed + index;
  }

  /** The names that the pictures were given, in the order of their seeds; none if none was. */
  public List<String> fileNames() {
    if (outputName == null) {
      return List.of();
    }
    return IntStream.range(0, count)
        .mapToObj(
            index -> count == 1 ? stem() + ".png" : "%s-seed-%d.png".formatted(stem(), seed(index)))
        .toList();
  }

  private String stem() {
    return outputName.toLowerCase(Locale.ROOT).endsWith(".png")
        ? outputName.substring(0, outputName.length() - 4)
        : outputName;
  }
}
