package io.chiaroscuro.cli.report;

/**
 * What a measure should be.
 *
 * @param relation on which side of the bound
 * @param bound itself within the aim
 */
public record Aim(Relation relation, double bound) {

  /** On which side of the bound a measure should lie. */
  public enum Relation {
    AT_LEAST("at least"),
    AT_MOST("at most");

    private final String words;

    Relation(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  public Aim {
    if (!Double.isFinite(bound)) {
      throw new IllegalArgumentException("An aim has a bound.");
    }
  }

  public static Aim atLeast(double bound) {
    return new Aim(Relation.AT_LEAST, bound);
  }

  public static Aim atMost(double bound) {
    return new Aim(Relation.AT_MOST, bound);
  }

  /** Whether {@code value} reaches it; what is no number reaches nothing. */
  public boolean isMetBy(double value) {
    return relation == Relation.AT_LEAST ? value >= bound : value <= bound;
  }

  /** For example {@code at most 0.500}. */
  @Override
  public String toString() {
    return relation + " " + ReportText.number(bound);
  }
}
