package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.scheduler.SamplerName;
import io.chiaroscuro.scheduler.SchedulerConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which sampler, and how it is set. */
final class SamplerOptions {

  @Option(
      names = "--scheduler",
      paramLabel = "NAME",
      description = {
        "ddim, ddpm, pndm, euler, euler_ancestral, dpmsolver++, unipc, lms, heun, kdpm2,",
        "kdpm2_ancestral, dpmsolver_sde, dpmsolver_singlestep, deis, lcm or tcd, diffusers' class",
        "name, or the field's, for example \"DPM++ 2M Karras\" (default: the checkpoint's own,"
            + " with",
        "its settings)."
      })
  private String scheduler;

  @Option(
      names = "--scheduler-option",
      paramLabel = "NAME=VALUE",
      description = {
        "A setting of the sampler by diffusers' name, for example use_beta_sigmas=true or",
        "solver_order=3; may be repeated."
      })
  private Map<String, String> options = new LinkedHashMap<>();

  @Option(
      names = "--eta",
      paramLabel = "ETA",
      description = "Share of noise put back at each step by ddim (default: 0) and tcd (0.3).")
  private Double eta;

  /**
   * The sampler asked for, with those of the checkpoint's {@code own} settings that it knows.
   *
   * @throws InvalidInputException if there is none of that name or it takes no such setting
   */
  SchedulerConfig over(SchedulerConfig own) {
    SchedulerConfig config = scheduler == null ? own : SamplerName.apply(scheduler, own);
    for (Map.Entry<String, String> option : options.entrySet()) {
      config = config.withOption(option.getKey(), value(option.getValue()));
    }
    return eta == null ? config : config.withOption("eta", eta);
  }

  /** As JSON would have it: true and false, whole numbers, other numbers, else a word. */
  private static Object value(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    try {
      return text.matches("[+-]?\\d+") ? (Object) Integer.valueOf(text) : Double.valueOf(text);
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
