package io.chiaroscuro.cli.demo;

import io.chiaroscuro.leak.SignalLeak;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A picture to be made.
 *
 * @param seed of its noise; that of the leak follows from it
 * @param leak empty to start from noise alone
 */
record Commission(String prompt, long seed, Optional<SignalLeak> leak) {

  /** A picture each prompt from noise alone, with the seeds 0, 1, ... */
  static List<Commission> fromNoise(List<String> prompts) {
    return each(prompts, Optional.empty());
  }

  /** A picture each prompt from the same noise and from the leak. */
  static List<Commission> withLeak(List<String> prompts, SignalLeak leak) {
    return each(prompts, Optional.of(leak));
  }

  private static List<Commission> each(List<String> prompts, Optional<SignalLeak> leak) {
    List<Commission> commissions = new ArrayList<>();
    for (String prompt : prompts) {
      commissions.add(new Commission(prompt, commissions.size(), leak));
    }
    return commissions;
  }
}
