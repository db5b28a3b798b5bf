package io.chiaroscuro.scheduler;

import static java.util.Map.entry;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The names that users of other programs know samplers by, each a {@link SchedulerType} with
 * settings: {@code DPM++ 2M SDE Karras} is {@code DPMSolverMultistepScheduler} with {@code
 * algorithm_type} sde-dpmsolver++ and {@code use_karras_sigmas}. The last word may say how sigmas
 * are spaced, after a sampler's own name or diffusers' too.
 */
public final class SamplerName {

  private record Meaning(SchedulerType type, Map<String, Object> settings) {}

  private static final Map<String, Meaning> MEANINGS =
      new TreeMap<>(
          Map.ofEntries(
              entry("euler a", new Meaning(SchedulerType.EULER_ANCESTRAL, Map.of())),
              entry("dpm2", new Meaning(SchedulerType.KDPM2, Map.of())),
              entry("dpm2 a", new Meaning(SchedulerType.KDPM2_ANCESTRAL, Map.of())),
              entry("plms", new Meaning(SchedulerType.PNDM, Map.of("skip_prk_steps", true))),
              entry("dpm++ 2m", multistep("dpmsolver++", 2)),
              entry("dpm++ 3m", multistep("dpmsolver++", 3)),
              entry("dpm++ 2m sde", multistep("sde-dpmsolver++", 2)),
              entry("dpm++ 2s", singlestep(2)),
              entry("dpm++ 3s", singlestep(3)),
              entry("dpm++ sde", new Meaning(SchedulerType.DPM_SOLVER_SDE, Map.of()))));

  private static final Map<String, SigmaSpacing> SPACINGS =
      Map.of(
          "karras", SigmaSpacing.KARRAS,
          "exponential", SigmaSpacing.EXPONENTIAL,
          "beta", SigmaSpacing.BETA,
          "lu", SigmaSpacing.LU);

  private SamplerName() {}

  /**
   * The sampler of that name, with those of {@code own} settings that it knows and its name does
   * not decide.
   *
   * @param name in either case, of {@link SchedulerType#parse} or from the field: {@code "dpm++ 2m
   *     karras"}
   * @throws InvalidInputException if there is none of that name, or it does not know such sigmas
   */
  public static SchedulerConfig apply(String name, SchedulerConfig own) {
    String[] words = name.strip().toLowerCase(Locale.ROOT).split("\\s+");
    Optional<SigmaSpacing> spacing =
        Optional.ofNullable(words.length > 1 ? SPACINGS.get(words[words.length - 1]) : null);
    String sampler =
        String.join(" ", Arrays.copyOf(words, words.length - (spacing.isPresent() ? 1 : 0)));
    Meaning meaning = MEANINGS.get(sampler);
    if (meaning == null) {
      meaning = new Meaning(parsed(sampler, name), Map.of());
    }
    Map<String, Object> fields = new HashMap<>(own.given());
    fields.putAll(meaning.settings());
    if (spacing.isEmpty()) {
      return SchedulerConfig.of(meaning.type(), fields);
    }
    Stream.of(SigmaSpacing.values()).map(SigmaSpacing::field).forEach(fields::remove);
    return SchedulerConfig.of(meaning.type(), fields).withOption(spacing.get().field(), true);
  }

  /** The names this class adds to those of {@link SchedulerType}. */
  public static List<String> names() {
    return List.copyOf(MEANINGS.keySet());
  }

  private static SchedulerType parsed(String sampler, String name) {
    return SchedulerType.find(sampler)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "Unknown scheduler '%s'; choose %s, one of %s with karras, exponential or beta after it where it takes sigmas, or diffusers' class name."
                        .formatted(name, SchedulerType.listed(), String.join(", ", names()))));
  }

  private static Meaning multistep(String algorithm, int order) {
    return new Meaning(
        SchedulerType.DPM_SOLVER_MULTISTEP,
        Map.of("algorithm_type", algorithm, "solver_order", order));
  }

  private static Meaning singlestep(int order) {
    return new Meaning(
        SchedulerType.DPM_SOLVER_SINGLESTEP,
        Map.of("algorithm_type", "dpmsolver++", "solver_order", order));
  }
}
