package io.chiaroscuro.server.automatic1111;

import io.chiaroscuro.server.json.RefusedException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The samplers, by the names that the web UI shows and those that the scheduler's names are. */
enum Sampler {
  DPMPP_2M("DPM++ 2M", "dpm++ 2m", Schedule.KARRAS, "k_dpmpp_2m", "dpmsolver++"),
  DPMPP_SDE("DPM++ SDE", "dpm++ sde", Schedule.KARRAS, "k_dpmpp_sde", "dpmsolver_sde"),
  DPMPP_2M_SDE("DPM++ 2M SDE", "dpm++ 2m sde", Schedule.EXPONENTIAL, "k_dpmpp_2m_sde"),
  EULER_A("Euler a", "euler a", Schedule.UNIFORM, "k_euler_a", "euler_ancestral"),
  EULER("Euler", "euler", Schedule.UNIFORM, "k_euler"),
  LMS("LMS", "lms", Schedule.UNIFORM, "k_lms"),
  HEUN("Heun", "heun", Schedule.UNIFORM, "k_heun"),
  DPM2("DPM2", "dpm2", Schedule.KARRAS, "k_dpm_2", "kdpm2"),
  DPM2_A("DPM2 a", "dpm2 a", Schedule.KARRAS, "k_dpm_2_a", "kdpm2_ancestral"),
  DDIM("DDIM", "ddim", Schedule.UNIFORM),
  PLMS("PLMS", "plms", Schedule.UNIFORM, "pndm"),
  UNIPC("UniPC", "unipc", Schedule.UNIFORM),
  LCM("LCM", "lcm", Schedule.UNIFORM, "k_lcm"),
  DPMPP_3M("DPM++ 3M", "dpm++ 3m", Schedule.KARRAS),
  DPMPP_2S("DPM++ 2S", "dpm++ 2s", Schedule.UNIFORM, "dpmsolver_singlestep"),
  DPMPP_3S("DPM++ 3S", "dpm++ 3s", Schedule.UNIFORM),
  DEIS("DEIS", "deis", Schedule.UNIFORM),
  DDPM("DDPM", "ddpm", Schedule.UNIFORM),
  TCD("TCD", "tcd", Schedule.UNIFORM);

  private final String label;
  private final String scheduler;
  private final Schedule automatic;
  private final List<String> aliases;

  Sampler(String label, String scheduler, Schedule automatic, String... aliases) {
    this.label = label;
    this.scheduler = scheduler;
    this.automatic = automatic;
    this.aliases = List.of(aliases);
  }

  /** A sampler and how its sigmas are spaced. */
  record Choice(String sampler, String schedule) {}

  /** As the web UI shows it. */
  String label() {
    return label;
  }

  /** Other names of it. */
  List<String> aliases() {
    return aliases;
  }

  /**
   * The scheduler's name, as requests of ours have it.
   *
   * @param sampler in any case, with the schedule as its last word or not: {@code DPM++ 2M Karras}
   * @param schedule its name; automatic for what goes best with the sampler, or for what its name
   *     says
   * @throws RefusedException if there is no such
   */
  static String scheduler(String sampler, String schedule) {
    Optional<Schedule> named = Schedule.lastOf(sampler);
    Sampler found =
        find(named.map(n -> n.removedFrom(sampler)).orElse(sampler))
            .orElseThrow(
                () ->
                    new RefusedException(
                        "sampler_name",
                        "There is no sampler '%s'; choose %s.".formatted(sampler, labels())));
    Schedule chosen = Schedule.parse(schedule);
    if (chosen == Schedule.AUTOMATIC) {
      chosen = named.orElse(found.automatic);
    }
    return chosen.appendedTo(found.scheduler);
  }

  /** What the web UI calls a scheduler of ours. */
  static Choice choice(String scheduler) {
    Optional<Schedule> named = Schedule.lastOf(scheduler);
    String base = named.map(n -> n.removedFrom(scheduler)).orElse(scheduler);
    return new Choice(
        find(base).map(Sampler::label).orElse(base), named.orElse(Schedule.UNIFORM).label());
  }

  private static Optional<Sampler> find(String name) {
    String lower = name.strip().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(s -> s.scheduler.equals(lower) || s.aliases.contains(lower))
        .findFirst();
  }

  private static String labels() {
    return Arrays.stream(values()).map(Sampler::label).collect(Collectors.joining(", "));
  }
}
