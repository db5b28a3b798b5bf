package io.chiaroscuro.cli;

import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which autoencoder, and how it saves memory. */
final class VaeOptions {

  @Option(
      names = "--vae",
      paramLabel = "NAME",
      description = {
        "Another autoencoder (AutoencoderKL, or AutoencoderTiny: fast, and nearly as good) in place of",
        "the checkpoint's own: a folder, or its name on the Hugging Face hub."
      })
  private String name;

  @Option(
      names = "--vae-tiling",
      description = {
        "Encode and decode in overlapping tiles what is larger than the autoencoder was trained on:",
        "big pictures in little memory, nearly the same."
      })
  private boolean tiling;

  @Option(
      names = "--vae-slicing",
      description = "Encode and decode the pictures of a batch one after another: less memory.")
  private boolean slicing;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /**
   * The model with what was asked for.
   *
   * @param loaded given away: closed with the result, or if that fails
   */
  StableDiffusion applied(StableDiffusion loaded) {
    StableDiffusion model = loaded;
    try {
      if (name != null) {
        model = exchanged(loaded);
      }
      if (tiling) {
        model = model.withVae(model.vae().tiled());
      }
      return slicing ? model.withVae(model.vae().sliced()) : model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private StableDiffusion exchanged(StableDiffusion loaded) {
    Path folder =
        HubModels.of(command).find(name, Wanted.COMPONENT, command.commandLine().getErr());
    StableDiffusion model = loaded.withVae(folder);
    loaded.vae().close();
    return model;
  }

  /** What changes pictures, for their provenance. */
  Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    if (name != null) {
      facts.put("vae", String.valueOf(Path.of(name).getFileName()));
    }
    if (tiling) {
      facts.put("vae_tiling", "true");
    }
    return facts;
  }
}
