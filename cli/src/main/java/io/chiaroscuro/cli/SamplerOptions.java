package io.chiaroscuro.cli;

import io.chiaroscuro.order.SamplerSettings;
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

  SamplerSettings settings() {
    return new SamplerSettings(scheduler, options, eta);
  }
}
