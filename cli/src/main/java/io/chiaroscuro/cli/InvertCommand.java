package io.chiaroscuro.cli;

import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.Inversion;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.scheduler.SchedulerType;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro invert}: the noise that a picture comes from. */
@Command(
    name = "invert",
    description = {
      "Finds the noise that a picture comes from, by DDIM the other way; generate makes the"
          + " picture",
      "of it again, or with another prompt another."
    },
    mixinStandardHelpOptions = true,
    defaultValueProvider = ComputeType.Exact.class,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro invert lighthouse.png --model stable-diffusion-v1-4 --prompt \"A lighthouse\""
          + " \\",
      "      --output lighthouse.safetensors",
      "  chiaroscuro generate --model stable-diffusion-v1-4 --prompt \"A lighthouse\" --scheduler"
          + " ddim \\",
      "      --guidance-scale 1 --initial-latents lighthouse.safetensors --output-dir outputs",
    })
final class InvertCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions model;
  @Mixin private VaeOptions vae;
  @Mixin private AdapterOptions adapters;

  @Parameters(
      paramLabel = "PICTURE",
      description = "With sides that the model can make, multiples of 8 pixels.")
  private Path picture;

  @Option(names = "--prompt", defaultValue = "", description = "What the picture shows.")
  private String prompt;

  @Option(
      names = {"--steps", "--num-inference-steps"},
      defaultValue = "50",
      paramLabel = "N",
      description = "Steps; generate wants as many (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--clip-skip",
      defaultValue = "0",
      paramLabel = "N",
      description = "Leave out the text encoder's last N layers (default: ${DEFAULT-VALUE}).")
  private int clipSkip;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The safetensors file to write, for generate --initial-latents.")
  private Path output;

  @Mixin private ProfileOption profile;
  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    AtomicFile.requireFolder(output.toAbsolutePath().getParent());
    RgbImage image = ImageDecoder.decode(picture);
    try (var adapted = new AdaptedModel(model, vae, adapters);
        var inversion = new Inversion(adapted.model(), request(adapted.model(), image), image);
        var progress = Progress.start("Inverting", steps, spec.commandLine().getErr())) {
      inversion.forEachRemaining(step -> progress.step());
      SafetensorsWriter.write(
          output,
          Map.of(LatentOptions.NAME, inversion.latents()),
          Map.of("prompt", prompt, "num_inference_steps", String.valueOf(steps)));
    }
    json.print(
        spec.commandLine().getOut(),
        Map.of("latents", output.toString()),
        "%s  for generate --initial-latents, with --scheduler ddim --guidance-scale 1 --steps %d"
            .formatted(output, steps));
    return 0;
  }

  private GenerationRequest request(StableDiffusion loaded, RgbImage image) {
    return new GenerationRequest(
        prompt,
        "",
        image.width(),
        image.height(),
        steps,
        1,
        0,
        clipSkip,
        loaded.schedulerConfig().as(SchedulerType.DDIM));
  }
}
