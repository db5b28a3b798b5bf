package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.training.method.LowRankAdapters;
import io.chiaroscuro.training.subject.LoraConfig;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The shape of a LoRA. */
final class LoraOptions {

  private static final int USUAL_RANK = 4;

  @Option(
      names = {"--rank", "--network-dim"},
      paramLabel = "R",
      description = "Of the LoRA's matrices (default: " + USUAL_RANK + ").")
  private Integer rank;

  @Option(
      names = {"--lora-alpha", "--network-alpha"},
      paramLabel = "A",
      description = "Their product counts A / R (default: R).")
  private Double alpha;

  @Option(
      names = {"--target-modules", "--lora-layers"},
      split = ",",
      paramLabel = "NAME",
      description = "Layers of the UNet to adapt (default: to_k,to_q,to_v,to_out.0).")
  private List<String> targetModules = LoraConfig.UNET_TARGETS;

  /** Whether a LoRA is spoken of. */
  boolean areGiven() {
    return rank != null || alpha != null;
  }

  LowRankAdapters adapters(boolean trainTextEncoder) {
    int r = rank == null ? USUAL_RANK : rank;
    LoraConfig config =
        new LoraConfig(
            r,
            alpha == null ? r : alpha,
            LoraConfig.InitLoraWeights.GAUSSIAN,
            Map.of(Component.UNET, targetModules));
    return new LowRankAdapters(
        trainTextEncoder
            ? config.withTargetModules(Component.TEXT_ENCODER, LoraConfig.TEXT_ENCODER_TARGETS)
            : config);
  }
}
