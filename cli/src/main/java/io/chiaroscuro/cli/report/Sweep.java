package io.chiaroscuro.cli.report;

import java.util.List;

/** A measure over growing values of a control. */
public record Sweep(List<Double> values) {

  public Sweep {
    values = List.copyOf(values);
    if (values.size() < 2) {
      throw new IllegalArgumentException("A sweep has two values or more.");
    }
  }

  /** Whether it only rises or only falls. */
  public boolean isMonotone() {
    return smallestStep() > 0;
  }

  /** The smallest step in the direction from the first value to the last; negative if one turns. */
  public double smallestStep() {
    double direction = Math.signum(values.get(values.size() - 1) - values.get(0));
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 1; i < values.size(); i++) {
      smallest = Math.min(smallest, direction * (values.get(i) - values.get(i - 1)));
    }
    return smallest;
  }
}
