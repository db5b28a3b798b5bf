package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.analysis.ImageLeft;
import io.chiaroscuro.analysis.LeakCurve;
import io.chiaroscuro.analysis.MeanVariance;
import io.chiaroscuro.analysis.MeanVariance.Knowledge;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code chiaroscuro analyze schedule}: the signal leak where training ends and sampling starts.
 */
@Command(
    name = "schedule",
    description = {
      "Tells what training left of the pictures where sampling starts from noise alone, and how"
          + " much of their spread of brightness is lost by that: a^2 = SNR H W var(mean) is the"
          + " signal-to-noise ratio of a latent channel's mean, 1 / sqrt(1 + a^2) the share of its"
          + " spread that is kept, were latents Gaussian.",
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro analyze schedule --model MODEL",
      "  chiaroscuro analyze schedule --model MODEL --leak leak --scheduler ddim --steps 30 --json",
      "  chiaroscuro analyze schedule --output-dir outputs     # Stable Diffusion's own betas",
    })
final class AnalyzeScheduleCommand implements Runnable {

  private static final List<Double> ASSUMED_VARIANCES = List.of(0.1, 0.5, 1.0);

  // Stable Diffusion's, where no checkpoint says it.
  private static final int USUAL_CHANNELS = 4;
  private static final int USUAL_SAMPLE_SIZE = 64;
  private static final int PIXELS_PER_LATENT = 8;

  @Spec private CommandSpec spec;
  @Mixin private ScheduleOptions schedule;
  @Mixin private JsonOption json;

  @Option(
      names = "--leak",
      paramLabel = "FOLDER",
      description = "Statistics, which tell how much the mean of each channel varies.")
  private Path leak;

  @Option(
      names = "--height",
      paramLabel = "H",
      description = "In pixels (default: the leak's, else what the model was trained on).")
  private Integer height;

  @Option(
      names = "--width",
      paramLabel = "W",
      description = "In pixels (default: the leak's, else what the model was trained on).")
  private Integer width;

  @Option(
      names = "--scheduler",
      paramLabel = "NAME",
      description = {
        "As for generate: ddim, euler, \"DPM++ 2M Karras\", ..., or diffusers' class name",
        "(default: the checkpoint's own, with its settings)."
      })
  private String scheduler;

  @Option(
      names = {"--steps", "--num-inference-steps"},
      defaultValue = "50",
      paramLabel = "N",
      description = "Denoising steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--output-dir",
      paramLabel = "FOLDER",
      description = "Where the figure schedule.png is written.")
  private Path outputDir;

  /** A place on the schedule that generation may be compared at. */
  private record Start(String name, ImageLeft left, String prose) {}

  /** How much a mean varies: a latent channel's, or one assumed. */
  private record Mean(String name, double variance) {}

  @Override
  public void run() {
    if (outputDir != null) {
      AtomicFile.requireFolder(outputDir);
    }
    SchedulerConfig config = schedule.sampler(scheduler);
    List<Start> starts = starts(config);
    try (var statistics = leak == null ? null : LeakStatistics.read(leak)) {
      Optional<LeakStatistics> known = Optional.ofNullable(statistics);
      LatentShape shape = shape(known.map(LeakStatistics::shape));
      Optional<MeanVariance> variance = known.map(MeanVariance::of);
      List<Mean> means = means(variance);
      Facts facts =
          new Facts()
              .add("sampler", config.type().toString())
              .add("steps", steps)
              .add(
                  "latents",
                  List.of(shape.channels(), shape.height(), shape.width()),
                  "%d channels of %dx%d"
                      .formatted(shape.channels(), shape.width(), shape.height()));
      starts.forEach(start -> facts.add(start.name(), describe(start.left()), start.prose()));
      facts
          .add("mean_variance", knowledge(variance), knowledgeProse(variance))
          .add(
              "means",
              means.stream().map(mean -> describe(mean, starts, shape)).toList(),
              "\n" + table(means, starts, shape));
      if (outputDir != null) {
        Path file = outputDir.resolve("schedule.png");
        writeFigure(file, config, starts);
        facts.add("figure", file.toString());
      }
      json.print(spec.commandLine().getOut(), facts.json(), facts.prose());
    }
  }

  private List<Start> starts(SchedulerConfig config) {
    Scheduler sampler = Scheduler.of(config);
    ImageLeft end = ImageLeft.atTrainingEnd(sampler.noiseSchedule());
    ImageLeft first = ImageLeft.atFirstStep(sampler, steps);
    return List.of(
        new Start("training_end", end, prose(end, "the last that training noises to")),
        new Start(
            "first_step",
            first,
            prose(first, "the first of %d steps of %s".formatted(steps, config.type()))));
  }

  private static String prose(ImageLeft left, String where) {
    return String.format(
        Locale.ROOT,
        "%.2f %% of the picture is left at timestep %s, %s",
        100 * left.signalRate(),
        timestep(left),
        where);
  }

  /** Samplers by sigma may start between integers. */
  private static String timestep(ImageLeft left) {
    return BigDecimal.valueOf(left.timestep())
        .setScale(3, RoundingMode.HALF_EVEN)
        .stripTrailingZeros()
        .toPlainString();
  }

  /** The latents of pictures of the size asked for, else of the leak, else of the checkpoint. */
  private LatentShape shape(Optional<LatentShape> ofLeak) {
    Optional<Checkpoint> checkpoint = schedule.checkpoint();
    Optional<AutoencoderKLConfig> vae =
        checkpoint.map(c -> AutoencoderKLConfig.read(c.config(Component.VAE)));
    ofLeak.ifPresent(shape -> vae.ifPresent(config -> requireFits(shape, config)));
    int downscale = vae.map(AutoencoderKLConfig::downscale).orElse(PIXELS_PER_LATENT);
    int trained =
        checkpoint
            .map(c -> UNet2DConditionConfig.read(c.config(Component.UNET)).sampleSize())
            .orElse(USUAL_SAMPLE_SIZE);
    return LatentShape.ofImage(
        vae.map(AutoencoderKLConfig::latentChannels).orElse(USUAL_CHANNELS),
        downscale,
        width != null ? width : downscale * ofLeak.map(LatentShape::width).orElse(trained),
        height != null ? height : downscale * ofLeak.map(LatentShape::height).orElse(trained));
  }

  private void requireFits(LatentShape shape, AutoencoderKLConfig vae) {
    if (shape.channels() != vae.latentChannels()) {
      throw new InvalidInputException(
          "The statistics in %s are of %d latent channels, but the model has %d; compute them with this model."
              .formatted(leak, shape.channels(), vae.latentChannels()));
    }
  }

  private static List<Mean> means(Optional<MeanVariance> variance) {
    List<Double> variances = variance.map(MeanVariance::channels).orElse(ASSUMED_VARIANCES);
    List<Mean> means = new ArrayList<>();
    for (int i = 0; i < variances.size(); i++) {
      String name = variance.isPresent() ? "channel " + i : "assumed";
      means.add(new Mean(name, variances.get(i)));
    }
    return means;
  }

  private static String knowledge(Optional<MeanVariance> variance) {
    return variance.map(v -> v.knowledge().name().toLowerCase(Locale.ROOT)).orElse("assumed");
  }

  private static String knowledgeProse(Optional<MeanVariance> variance) {
    if (variance.isEmpty()) {
      return "assumed; give statistics by --leak FOLDER";
    }
    return variance.get().knowledge() == Knowledge.MEASURED
        ? "measured"
        : "at most this: pixel statistics do not tell how elements vary together; so a^2 is at most"
            + " and the spread kept at least what is said";
  }

  private static Map<String, Object> describe(ImageLeft left) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("timestep", left.timestep());
    facts.put("share", left.signalRate());
    facts.put("signal_to_noise", left.signalToNoise());
    return facts;
  }

  private static Map<String, Object> describe(Mean mean, List<Start> starts, LatentShape shape) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", mean.name());
    facts.put("variance", mean.variance());
    for (Start start : starts) {
      facts.put(
          start.name(),
          Map.of(
              "a_squared",
              start.left().aSquared(mean.variance(), shape.area()),
              "spread_kept",
              start.left().spreadKept(mean.variance(), shape.area())));
    }
    return facts;
  }

  private static String table(List<Mean> means, List<Start> starts, LatentShape shape) {
    List<String> headings = new ArrayList<>(List.of("mean of", "variance"));
    for (Start start : starts) {
      String at = " at " + timestep(start.left());
      headings.addAll(List.of("a^2" + at, "spread kept" + at));
    }
    var table = new Table(headings);
    for (Mean mean : means) {
      List<String> cells = new ArrayList<>(List.of(mean.name(), Table.number(mean.variance())));
      for (Start start : starts) {
        cells.add(Table.number(start.left().aSquared(mean.variance(), shape.area())));
        cells.add(Table.number(start.left().spreadKept(mean.variance(), shape.area())));
      }
      table.add(cells);
    }
    return table.prose();
  }

  private void writeFigure(Path file, SchedulerConfig config, List<Start> starts) {
    String title = "What is left of a picture: sqrt(abar_t)";
    String description = schedule.checkpoint().map(c -> title + ", " + c.name()).orElse(title);
    List<ImageLeft> marked = starts.stream().map(Start::left).toList();
    PngFile.write(
        file, LeakCurve.draw(description, config, marked), Map.of("Description", description));
  }
}
