package io.chiaroscuro.scheduler;

/**
 * Which of the training timesteps a run visits, table 2 of <a
 * href="https://arxiv.org/abs/2305.08891">Lin et al., 2023</a>; computed in {@link Timesteps}.
 */
public enum TimestepSpacing {
  /** Evenly from T - 1 to 0. */
  LINSPACE,
  /** Multiples of T / steps, so that 0 but not T - 1 is visited. */
  LEADING,
  /** Back from T - 1 by T / steps, so that T - 1 but not 0 is visited. */
  TRAILING
}
