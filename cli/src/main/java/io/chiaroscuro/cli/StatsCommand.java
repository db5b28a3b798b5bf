package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.LeakSummary;
import io.chiaroscuro.leak.StatisticType;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.pipeline.StatisticsRequest;
import io.chiaroscuro.pipeline.StatisticsRun;
import io.chiaroscuro.pipeline.StatisticsSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro stats}: models the signal leak of a folder of pictures. */
@Command(
    name = "stats",
    description = "Models the signal leak of a folder of pictures.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Options may be written with underscores. A run that was interrupted is resumed by the same",
      "command. Broken files are named and skipped.",
      "",
      "Examples:",
      "  chiaroscuro stats --model stable-diffusion-2-1 --data-dir photos --output-dir leak \\",
      "      --resolution 768 --statistic-type dct+pixel --n-components 3 --center-crop",
      "  chiaroscuro stats --model stable-diffusion-v1-4 --data-dir line-art --output-dir style \\",
      "      --resolution 512 --statistic-type pixel --center-crop",
      "  chiaroscuro stats --spark=spark://host:7077 --data-dir s3a://bucket/photos --output-dir leak",
      "  chiaroscuro stats --spark=yarn --table hdfs:///photos.parquet --group-by season \\",
      "      --output-dir seasons --skipped hdfs:///skipped",
    })
final class StatsCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions model;
  @Mixin private JsonOption json;

  @Option(
      names = "--data-dir",
      paramLabel = "FOLDER",
      description = "The pictures: JPEG, PNG, WebP, BMP, GIF or TIFF; subfolders included.")
  private String dataDir;

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Where stats.safetensors and statistic_type.txt are written.")
  private Path outputDir;

  @Option(
      names = "--statistic-type",
      defaultValue = "dct+pixel",
      paramLabel = "TYPE",
      description = {
        "What is modelled (default: ${DEFAULT-VALUE}).",
        "pixel: mean and variance of every latent element; for a style.",
        "dct+pixel: low frequencies jointly, the rest by element; for natural pictures."
      })
  private String statisticType;

  @Option(
      names = "--n-components",
      defaultValue = "3",
      paramLabel = "N",
      description = "Low frequencies that dct+pixel models jointly (default: ${DEFAULT-VALUE}).")
  private int nComponents;

  @Option(
      names = "--resolution",
      paramLabel = "R|WxH",
      converter = ImageSize.Converter.class,
      description =
          "Size of the pictures to be generated (default: what the model was trained on).")
  private ImageSize resolution;

  @Option(
      names = "--center-crop",
      description = "Crop to the middle; otherwise anywhere, at random.")
  private boolean centerCrop;

  @Option(names = "--random-flip", description = "Mirror half of the pictures, at random.")
  private boolean randomFlip;

  @Option(
      names = "--no-auto-orient",
      description = "Take the pixels as stored, whatever the EXIF orientation says.")
  private boolean asStored;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of the random crops and flips (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--batch-size",
      defaultValue = "1",
      paramLabel = "N",
      description = "Pictures encoded together (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Mixin private SparkOptions spark;
  @Mixin private CorpusOptions corpus;

  @Override
  public Integer call() {
    if (spark.isGiven()) {
      onCluster();
    } else {
      corpus.requireNone();
      onThisMachine();
    }
    return 0;
  }

  private void onThisMachine() {
    var out = spec.commandLine().getOut();
    var err = spec.commandLine().getErr();
    StatisticType type = StatisticType.parse(statisticType);
    if (dataDir == null) {
      throw new InvalidInputException("There are no pictures; give --data-dir FOLDER.");
    }
    List<Path> files = ImageFolder.list(Path.of(dataDir));
    Checkpoint checkpoint = model.checkpoint();
    var request =
        new StatisticsRequest(files, preparation(checkpoint), type, nComponents, batchSize);
    try (var encoder = LatentEncoder.load(checkpoint, model.device(), model.dtype());
        var run = new StatisticsRun(encoder, checkpoint, request, outputDir)) {
      int total = request.files().size();
      if (run.resumedAt() > 0) {
        err.printf("Resuming after %d of %d files.%n", run.resumedAt(), total);
      }
      try (var progress = Progress.resume("Encoding", run.resumedAt(), total, err)) {
        int done = run.resumedAt();
        while (run.hasNext()) {
          var batch = run.next();
          batch.skipped().forEach(picture -> progress.say("Skipped: " + picture.reason()));
          progress.step(batch.consumed() - done, "");
          done = batch.consumed();
        }
      }
      try (LeakStatistics statistics = run.finish()) {
        report(outputDir.toString(), statistics.summary(), run.skipped());
        out.flush();
      }
    }
  }

  private void onCluster() {
    StatisticType type = StatisticType.parse(statisticType);
    var result =
        new StatsOnCluster(
                spark,
                model,
                corpus,
                dataDir,
                spec.commandLine()
                    .getParseResult()
                    .matchedOption("--output-dir")
                    .originalStringValues()
                    .get(0),
                checkpoint ->
                    new StatisticsSettings(preparation(checkpoint), type, nComponents, batchSize))
            .compute();
    if (corpus.isGrouped()) {
      reportGroups(result);
    } else {
      result.groups().forEach(group -> report(group.folder(), group.summary(), result.skipped()));
    }
  }

  private void reportGroups(StatsOnCluster.Result result) {
    List<Map<String, Object>> groups = new ArrayList<>();
    List<String> prose = new ArrayList<>();
    for (StatsOnCluster.Group group : result.groups()) {
      Map<String, Object> facts = facts(group.folder(), group.summary());
      facts.put("group", group.name());
      groups.add(facts);
      prose.add(prose(group.folder(), group.summary(), 0));
    }
    if (!result.single().isEmpty()) {
      prose.add(
          "Of one picture there are no statistics: %s."
              .formatted(String.join(", ", result.single())));
    }
    if (result.skipped() > 0) {
      prose.add("Skipped: %d.".formatted(result.skipped()));
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("groups", groups);
    all.put("single", result.single());
    all.put("skipped", result.skipped());
    json.print(spec.commandLine().getOut(), all, String.join("\n", prose));
  }

  private ImagePreparation preparation(Checkpoint checkpoint) {
    ImageSize size = resolution == null ? trainedSize(checkpoint) : resolution;
    return new ImagePreparation(
        size.width(),
        size.height(),
        centerCrop ? Cropping.CENTER : Cropping.RANDOM,
        randomFlip ? Mirroring.RANDOM : Mirroring.NONE,
        asStored ? Orientation.AS_STORED : Orientation.UPRIGHT,
        seed);
  }

  private static ImageSize trainedSize(Checkpoint checkpoint) {
    int side = StableDiffusion.trainedSize(checkpoint);
    return new ImageSize(side, side);
  }

  private void report(String folder, LeakSummary summary, long skipped) {
    Map<String, Object> facts = facts(folder, summary);
    facts.put("skipped", skipped);
    json.print(spec.commandLine().getOut(), facts, prose(folder, summary, skipped));
  }

  private static Map<String, Object> facts(String folder, LeakSummary summary) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("output_dir", folder);
    facts.put("statistic_type", summary.type().toString());
    facts.put("images", summary.imageCount().orElseThrow());
    facts.put("channel_means", summary.channelMeans());
    facts.put("channel_spreads", summary.channelSpreads());
    return facts;
  }

  private static String prose(String folder, LeakSummary summary, long skipped) {
    return "%s: %s statistics of %d pictures%s; mean of each latent channel %s, its spread %s."
        .formatted(
            folder,
            summary.type(),
            summary.imageCount().orElseThrow(),
            skipped == 0 ? "" : " (%d skipped)".formatted(skipped),
            rounded(summary.channelMeans()),
            rounded(summary.channelSpreads()));
  }

  private static List<String> rounded(List<Double> values) {
    return values.stream().map("%.3f"::formatted).toList();
  }
}
