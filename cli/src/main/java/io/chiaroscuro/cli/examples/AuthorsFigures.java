package io.chiaroscuro.cli.examples;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The mean brightness of the pictures that the authors published, measured on these: of five for
 * the comparisons, of one for each value of the sweep.
 */
final class AuthorsFigures {

  /**
   * How bright a set of five pictures is.
   *
   * @param spread standard deviation from picture to picture, where it was measured
   */
  record Figure(double mean, OptionalDouble spread) {
    private static Figure of(double mean) {
      return new Figure(mean, OptionalDouble.empty());
    }

    private static Figure of(double mean, double spread) {
      return new Figure(mean, OptionalDouble.of(spread));
    }
  }

  /**
   * A comparison's.
   *
   * @param leak itself, decoded
   */
  record Comparison(Figure without, Figure leak, Figure with) {
    private static Comparison of(double without, double leak, double with) {
      return new Comparison(Figure.of(without), Figure.of(leak), Figure.of(with));
    }
  }

  private static final Map<Example, Comparison> COMPARISONS =
      Map.of(
          Example.A1, Comparison.of(0.437, 0.204, 0.199),
          Example.A2, Comparison.of(0.544, 0.925, 0.895),
          Example.B1, Comparison.of(0.447, 0.204, 0.201),
          Example.B2, Comparison.of(0.574, 0.925, 0.879),
          Example.C,
              new Comparison(
                  Figure.of(0.474, 0.008), Figure.of(0.401, 0.128), Figure.of(0.421, 0.097)));

  /** What is added to a channel. */
  static final List<Integer> CONSTANTS = List.of(-2, -1, 0, 1, 2);

  private static final List<List<Double>> SWEEP =
      List.of(
          List.of(0.167, 0.284, 0.468, 0.591, 0.663),
          List.of(0.228, 0.343, 0.468, 0.590, 0.738),
          List.of(0.401, 0.414, 0.468, 0.493, 0.526),
          List.of(0.725, 0.626, 0.468, 0.304, 0.190));

  private AuthorsFigures() {}

  static Comparison comparison(Example example) {
    return COMPARISONS.get(example);
  }

  /** Of each of the {@link #CONSTANTS} on this channel, 0 to 3. */
  static List<Double> sweep(int channel) {
    return SWEEP.get(channel);
  }
}
