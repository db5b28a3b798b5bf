package io.chiaroscuro.scheduler;

/**
 * A step that goes below its end and comes back by noise, as in k-diffusion's ancestral sampling:
 * {@code up^2 + down^2 = to^2}.
 *
 * @param down the sigma that is reached without noise
 * @param up the standard deviation of the noise added to it
 */
record AncestralStep(float down, float up) {

  /**
   * With all the noise that the forward process has there, so that {@code down = to^2 / from}; in
   * diffusers' arithmetic, of whose difference of squares a long step may leave nothing.
   */
  static AncestralStep between(float from, float to) {
    float up = Math.min(to, (float) Math.sqrt(to * to * (from * from - to * to) / (from * from)));
    float rest = to * to - up * up;
    return new AncestralStep(rest > 0 ? (float) Math.sqrt(rest) : to * to / from, up);
  }
}
