package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.training.openmoji.OpenMojiPictures;
import io.chiaroscuro.training.openmoji.PictureFolder;
import io.chiaroscuro.training.openmoji.PictureSeries;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro dataset openmoji}: the training set of the embedded model. */
@Command(
    name = "openmoji",
    description = {
      "Makes the training set of the embedded model from OpenMoji 17 (CC BY-SA 4.0).",
      "Emoji lie on backgrounds over the whole range of light; captions seldom mention those. The"
          + " same options make the same bytes.",
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "In the output folder come to lie, each with its metadata.jsonl:",
      "  train         what the model learns from",
      "  held-out      further pictures of the same kind, to measure the signal leak of",
      "  line-art      7 drawings in black lines on white",
      "  dark          24 pictures of one dark style",
      "  offset-noise  40 pictures of strong contrast, half of them dark, half bright",
      "  black         one black picture",
      "and, to recognise what the model draws:",
      "  emoji         every emoji once, with transparency; emoji.jsonl beside it names them",
      "",
      "Example:",
      "  npm pack openmoji@17.0.0",
      "  chiaroscuro dataset openmoji --source openmoji-17.0.0.tgz --output-dir openmoji",
    })
final class OpenMojiCommand implements Runnable {

  @Spec private CommandSpec spec;
  @Mixin private JsonOption json;

  @Option(
      names = "--source",
      required = true,
      paramLabel = "FILE.tgz|FOLDER",
      description = "OpenMoji's npm package, as it is or unpacked.")
  private Path source;

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the sets are written; those of an earlier run are replaced.")
  private Path outputDir;

  @Option(
      names = "--count",
      defaultValue = "240",
      paramLabel = "N",
      description = "How many emoji, the clearest first (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--size",
      defaultValue = "128",
      paramLabel = "N",
      description = "Width and height of the pictures (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--images",
      defaultValue = "12000",
      paramLabel = "N",
      description = "Pictures to train on (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--held-out",
      defaultValue = "128",
      paramLabel = "N",
      description = "Pictures held out (default: ${DEFAULT-VALUE}).")
  private int heldOut;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of everything random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public void run() {
    requireAtLeastOne("--images", images);
    requireAtLeastOne("--held-out", heldOut);
    AtomicFile.requireFolder(outputDir);
    OpenMojiPictures pictures = OpenMojiPictures.draw(source, count, size, seed);
    Map<String, PictureSeries> sets = new LinkedHashMap<>();
    sets.put("train", pictures.train(images));
    sets.put("held-out", pictures.heldOut(heldOut));
    sets.put("line-art", pictures.lineArt());
    sets.put("dark", pictures.dark());
    sets.put("offset-noise", pictures.offsetNoise());
    sets.put("black", pictures.black());
    Map<String, Brightness> brightness = write(pictures, sets);
    json.print(spec.commandLine().getOut(), facts(brightness), prose(brightness));
  }

  private static void requireAtLeastOne(String option, int value) {
    if (value < 1) {
      throw new InvalidInputException(
          "%s is %d; choose a number of at least 1.".formatted(option, value));
    }
  }

  private Map<String, Brightness> write(
      OpenMojiPictures pictures, Map<String, PictureSeries> sets) {
    Map<String, Brightness> brightness = new LinkedHashMap<>();
    int total =
        pictures.emoji().size() + sets.values().stream().mapToInt(PictureSeries::length).sum();
    try (var progress = Progress.start("Drawing", total, spec.commandLine().getErr())) {
      pictures.writeEmoji(
          outputDir.resolve("emoji"), outputDir.resolve("emoji.jsonl"), progress::step);
      sets.forEach(
          (name, series) ->
              brightness.put(
                  name, PictureFolder.write(outputDir.resolve(name), series, progress::step)));
    }
    return brightness;
  }

  private Map<String, Object> facts(Map<String, Brightness> brightness) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("output_dir", outputDir.toString());
    facts.put("emoji", count);
    brightness.forEach(
        (name, b) ->
            facts.put(
                name,
                Map.of(
                    "images", b.imageMeans().size(),
                    "brightness_mean", b.mean(),
                    "brightness_spread", b.spread())));
    return facts;
  }

  private String prose(Map<String, Brightness> brightness) {
    return brightness.entrySet().stream()
        .map(
            set ->
                String.format(
                    Locale.ROOT,
                    "%-12s  %6d pictures, brightness %.3f, spread %.3f",
                    set.getKey(),
                    set.getValue().imageMeans().size(),
                    set.getValue().mean(),
                    set.getValue().spread()))
        .collect(Collectors.joining("\n", "%s: %d emoji in%n".formatted(outputDir, count), ""));
  }
}
