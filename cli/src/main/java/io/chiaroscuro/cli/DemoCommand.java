package io.chiaroscuro.cli;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code chiaroscuro demo}: the main job from end to end on a small checkpoint and pictures that it
 * makes itself, by the very commands a user would type.
 */
@Command(
    name = "demo",
    description = {
      "Shows the main job on a small model with random weights, made on the spot.",
      "The model has learnt nothing: its pictures mean nothing, the way to them is the real one."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  chiaroscuro demo --output-dir outputs/demo"})
final class DemoCommand implements Callable<Integer> {

  private static final int PICTURES = 24;
  private static final int SIZE = 160;

  @Spec private CommandSpec spec;

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Where model, photographs, statistics and pictures are written.")
  private Path outputDir;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Path model = outputDir.resolve("model");
    Path photographs = outputDir.resolve("photographs");
    Path leak = outputDir.resolve("leak");
    Path pictures = outputDir.resolve("pictures");
    if (!Files.exists(model.resolve("model_index.json"))) {
      SeededStableDiffusion.write(model, 0);
    }
    writePhotographs(photographs);
    out.printf(
        "A small model with random weights lies in %s, %d skies in %s.%n",
        model, PICTURES, photographs);

    int exitCode =
        run(
            out,
            "stats",
            "--model=" + model,
            "--data-dir=" + photographs,
            "--output-dir=" + leak,
            "--resolution=128",
            "--statistic-type=dct+pixel",
            "--n-components=3",
            "--center-crop");
    if (exitCode != 0) {
      return exitCode;
    }
    exitCode =
        run(
            out,
            "generate",
            "--model=" + model,
            "--prompt=a lighthouse at night",
            "--leak=" + leak,
            "--compare",
            "--count=3",
            "--steps=20",
            "--output-dir=" + pictures);
    if (exitCode == 0) {
      out.println("The weights are random, so these pictures mean nothing yet; give --model a");
      out.println("Stable Diffusion checkpoint in the diffusers layout to see the leak at work.");
    }
    return exitCode;
  }

  private int run(PrintWriter out, String... args) {
    out.println();
    out.println(
        "$ ./chiaroscuro "
            + Arrays.stream(args)
                .map(arg -> arg.matches("[\\w=./+-]+") ? arg : "'" + arg + "'")
                .collect(Collectors.joining(" ")));
    return Chiaroscuro.run(out, spec.commandLine().getErr(), args);
  }

  /** Skies from midnight to noon, each a gradient over a dark ground: the brightness varies. */
  private static void writePhotographs(Path folder) {
    for (int i = 0; i < PICTURES; i++) {
      double hour = (double) i / (PICTURES - 1);
      PngFile.write(
          folder.resolve("sky-%02d.png".formatted(i)), sky(hour, 0.5 + 0.2 * (i % 3)), Map.of());
    }
  }

  private static RgbImage sky(double light, double horizon) {
    byte[] rgb = new byte[3 * SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      double depth = y / (horizon * SIZE);
      double shade = depth < 1 ? light * (0.5 + 0.5 * depth) : light * 0.2;
      for (int x = 0; x < SIZE; x++) {
        int at = 3 * (y * SIZE + x);
        rgb[at] = value(shade * 0.8);
        rgb[at + 1] = value(shade * 0.9);
        rgb[at + 2] = value(0.05 + shade * 0.95);
      }
    }
    return new RgbImage(SIZE, SIZE, rgb);
  }

  private static byte value(double fraction) {
    return (byte) Math.round(255 * Math.min(1, fraction));
  }
}
