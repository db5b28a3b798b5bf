package io.chiaroscuro.cli;

import io.chiaroscuro.image.HistogramChart;
import io.chiaroscuro.image.PngFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro brightness}: how bright images are, alone and against other images. */
@Command(
    name = "brightness",
    description = {
      "Measures how bright images are: 0 is black, 1 is white.",
      "An image's brightness is the mean over all its pixels and channels; the spread is the"
          + " standard deviation of that from image to image.",
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionLine.class,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro brightness photos",
      "  chiaroscuro brightness outputs/*.png --each",
      "  chiaroscuro brightness with without --against photos --against drawings",
      "  chiaroscuro brightness photos --histogram histogram.png --json",
      "  chiaroscuro brightness --spark=spark://host:7077 s3a://bucket/photos",
    })
final class BrightnessCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description = "Images, and folders of images with the folders below them.")
  private List<String> paths;

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description = "Images to compare with; may be given several times.")
  private List<String> against = List.of();

  @Option(
      names = "--histogram",
      paramLabel = "OUT.png",
      description = "Write the histogram as a PNG file.")
  private Path histogram;

  @Option(names = "--each", description = "List the brightness of each image.")
  private boolean each;

  @Mixin private SparkOptions spark;
  @Mixin private JsonOption json;

  @Override
  public void run() {
    if (spark.isGiven()) {
      spark.check();
      spark.forbid("--each", each);
      var measured = BrightnessOnCluster.measure(spark, paths, against);
      report(measured.images(), new Facts(), measured.comparisons());
      return;
    }
    PrintWriter err = spec.commandLine().getErr();
    MeasuredImages images = MeasuredImages.measure("Measuring", local(paths), err);
    Facts ofEach = new Facts();
    if (each) {
      ofEach.add("each", images.imageMeans(), eachProse(images.imageMeans()));
    }
    List<Facts> comparisons = new ArrayList<>();
    for (Path other : local(against)) {
      comparisons.add(images.against(MeasuredImages.measure("Comparing", List.of(other), err)));
    }
    report(images.facts(), ofEach, comparisons);
  }

  private static List<Path> local(List<String> paths) {
    return paths.stream().map(Path::of).toList();
  }

  private void report(BrightnessFacts images, Facts ofEach, List<Facts> comparisons) {
    Facts facts = images.facts().addAll(ofEach);
    facts.add(
        "histogram",
        IntStream.range(0, 256).mapToLong(images.pixels()::count).toArray(),
        "\n" + HistogramChart.text(images.pixels()));
    if (!comparisons.isEmpty()) {
      facts.add(
          "against",
          comparisons.stream().map(Facts::json).toList(),
          comparisons.stream().map(Facts::prose).collect(Collectors.joining("\n\n", "\n", "")));
    }
    json.print(spec.commandLine().getOut(), facts.json(), facts.prose());
    if (histogram != null) {
      PngFile.write(
          histogram,
          HistogramChart.image(images.pixels()),
          Map.of("Description", "Histogram of " + images.description()));
    }
  }

  private static String eachProse(Map<String, Double> means) {
    return means.entrySet().stream()
        .map(mean -> String.format(Locale.ROOT, "%.4f  %s", mean.getValue(), mean.getKey()))
        .collect(Collectors.joining("\n", "\n", ""));
  }
}
