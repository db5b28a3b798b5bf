package io.chiaroscuro.scheduler;

/**
 * Integrals over rho of the polynomials in {@code log rho} that are 1 at one node and 0 at the
 * others, in closed form; in single precision and in diffusers' order, since they are differences
 * whose rounding shows.
 *
 * @param from where the step starts
 * @param to where it ends
 */
record DeisIntegral(float from, float to) {

  /**
   * @param nodes two or three rhos, the latest first
   * @param node the one where the polynomial is 1
   */
  float weight(float[] nodes, int node) {
    float b = nodes[node];
    float c = nodes[(node + 1) % nodes.length];
    if (nodes.length == 2) {
      return second(to, b, c) - second(from, b, c);
    }
    float d = nodes[(node + 2) % nodes.length];
    return third(to, b, c, d) - third(from, b, c, d);
  }

  /** Of {@code (log t - log c) / (log b - log c)}. */
  private static float second(float t, float b, float c) {
    return t * (-log(c) + log(t) - 1) / (log(b) - log(c));
  }

  /** Of {@code (log t - log c) (log t - log d) / ((log b - log c) (log b - log d))}. */
  private static float third(float t, float b, float c, float d) {
    float numerator =
        t
            * (log(c) * (log(d) - log(t) + 1)
                - log(d) * log(t)
                + log(d)
                + log(t) * log(t)
                - 2 * log(t)
                + 2);
    return numerator / ((log(b) - log(c)) * (log(b) - log(d)));
  }

  private static float log(float x) {
    return (float) Math.log(x);
  }
}
