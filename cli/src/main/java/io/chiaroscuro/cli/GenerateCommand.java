package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro generate}: pictures from a prompt, with and without the signal leak. */
@Command(
    name = "generate",
    description = "Makes pictures from a prompt, with and without the signal leak.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro generate --model stable-diffusion-2-1 --prompt \"An astronaut riding a horse\" \\",
      "      --leak leak --compare --seed 12345 --count 5 --output-dir outputs",
      "  chiaroscuro generate --model stable-diffusion-v1-4 --prompt \"A lighthouse at night\" \\",
      "      --mean-color '#05070f' --output-dir outputs",
      "  chiaroscuro generate --model stable-diffusion-v1-4 --prompt \"A lighthouse\" \\",
      "      --light 180:0.8 --output-dir outputs",
      "  chiaroscuro generate --model stable-diffusion-2-1 --prompt \"An astronaut riding a horse\" \\",
      "      --leak leak --leak-only-high-frequency --leak-channel 0=-2 --output-dir outputs",
      "  chiaroscuro generate --model stable-diffusion-2-1 --prompts prompts.jsonl --output-dir outputs",
      "  chiaroscuro generate --model stable-diffusion-v1-4 --prompt \"A harbour at night\" \\",
      "      --image harbour.jpg --strength 0.6 --mean-color '#05070f' --output-dir outputs",
      "  chiaroscuro generate --spark=spark://host:7077 --model s3a://bucket/stable-diffusion-2-1 \\",
      "      --prompts catalogue.jsonl --output-dir s3a://bucket/catalogue",
    })
final class GenerateCommand implements Callable<Integer> {

  /** What was written. */
  private record Outcome(List<Development.Picture> pictures, Optional<Path> sheet) {}

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions model;
  @Mixin private AdapterOptions adapters;
  @Mixin private RefinerOptions refiner;
  @Mixin private VaeOptions vae;
  @Mixin private PictureOptions picture;
  @Mixin private SizeConditionOptions sizes;
  @Mixin private ImageOptions image;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description = {
        "Many pictures: a prompt a line (.txt), or a JSON object a line (.jsonl) with prompt, seed and",
        "other options by name; what a line lacks is as given here. Pictures that are there already",
        "are not made again."
      })
  private Path prompts;

  @Mixin private SeedOptions seeds;

  @Option(
      names = "--batch-size",
      defaultValue = "1",
      paramLabel = "N",
      description = {
        "Pictures made together, faster where there is room; they stay the same",
        "(default: ${DEFAULT-VALUE})."
      })
  private int batchSize;

  @Mixin private LeakOptions leakOptions;

  @Option(
      names = "--compare",
      description = {
        "For each seed the initial latents, the picture without leak, the leak and the picture",
        "with it, and all of them on a contact sheet."
      })
  private boolean compare;

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the PNG files are written; their settings are written into them.")
  private Path outputDir;

  @Mixin private PreviewOptions preview;
  @Mixin private LatentOptions latentOptions;
  @Mixin private SparkOptions spark;
  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    seeds.check();
    if (batchSize < 1) {
      throw new InvalidInputException("--batch-size is %d; give 1 or more.".formatted(batchSize));
    }
    refiner.check();
    if (spark.isGiven()) {
      return onCluster();
    }
    AtomicFile.requireFolder(outputDir);
    if (prompts != null) {
      return batch();
    }
    picture.requirePrompt();
    image.check();
    image.requireReadable();
    preview.check();
    Optional<LeakStatistics> statistics = leakOptions.read();
    try {
      report(made(statistics));
    } finally {
      statistics.ifPresent(LeakStatistics::close);
    }
    return 0;
  }

  /** Made by one model, or begun by it and left to the refiner, which then has its memory. */
  private Outcome made(Optional<LeakStatistics> statistics) {
    Optional<Path> refinerPath = refiner.find();
    Refiner next;
    List<Exposure> begun;
    Map<String, String> provenance;
    try (var adapted = new AdaptedModel(model, vae, adapters)) {
      StableDiffusion loaded = adapted.model();
      GenerationRequest request =
          refiner.divided(
              picture
                  .settings()
                  .request(loaded, statistics.map(LeakStatistics::shape))
                  .withMicroConditioning(sizes.conditioning(loaded)));
      LatentShape shape = loaded.latentShape(request.width(), request.height());
      latentOptions.check(shape, seeds.count());
      Optional<SignalLeak> leak =
          leakOptions.leak(statistics, loaded, request.width(), request.height());
      if (compare && leak.isEmpty()) {
        throw new InvalidInputException(
            "--compare needs a leak to compare with; add --leak, --leak-image, --light, --palette, --mean-color, --leak-preset, --leak-channel or --leak-component.");
      }
      Optional<Refiner> after =
          refinerPath.map(path -> refiner.open(path, loaded, request, picture, model));
      Truncation.warnings(loaded, request).forEach(err()::println);
      try (var source = image.open(loaded, request.width(), request.height());
          var previews = preview.open(loaded);
          var progress = progress("Denoising", source.task().steps(request))) {
        provenance = provenance(adapted, request, source, after);
        var watch = watch(previews, provenance, progress);
        String stage = after.isPresent() ? "-base" : "";
        var rendering =
            new Rendering(
                source.task(),
                request,
                shape,
                leakOptions.settings(),
                seeds.count(),
                batchSize,
                watch,
                stage);
        Stream<Exposure> exposures =
            compare ? rendering.comparison(leak.orElseThrow()) : rendering.pictures(leak);
        if (after.isEmpty()) {
          return developed(loaded, source::finished, provenance, exposures);
        }
        begun = exposures.toList();
      }
      next = after.get();
    }
    return refined(next, begun, provenance);
  }

  private Outcome refined(Refiner refiner, List<Exposure> begun, Map<String, String> provenance) {
    try (var loaded = refiner.load(vae);
        var previews = preview.open(loaded);
        var progress = progress("Refining", refiner.steps())) {
      var refinement =
          new Refinement(loaded, refiner.request(), watch(previews, provenance, progress));
      return developed(
          loaded, UnaryOperator.identity(), provenance, begun.stream().map(refinement::refined));
    }
  }

  private Outcome developed(
      StableDiffusion loaded,
      UnaryOperator<RgbImage> finish,
      Map<String, String> provenance,
      Stream<Exposure> exposures) {
    var development = new Development(loaded, finish, leakOptions.settings(), folder(), provenance);
    List<Development.Picture> pictures = development.develop(exposures);
    return new Outcome(
        pictures,
        compare
            ? Optional.of(development.contactSheet(picture.prompt(), pictures, seeds.count()))
            : Optional.empty());
  }

  private static Map<String, String> provenance(
      AdaptedModel adapted,
      GenerationRequest request,
      ImageSource source,
      Optional<Refiner> refiner) {
    Map<String, String> facts = new LinkedHashMap<>(request.describe());
    facts.putAll(Rendering.provenance(adapted));
    facts.putAll(source.describe());
    refiner.map(Refiner::describe).ifPresent(facts::putAll);
    return facts;
  }

  private DenoisingWatch watch(
      Previews previews, Map<String, String> provenance, Progress progress) {
    return new DenoisingWatch(latentOptions, previews, folder(), provenance, progress);
  }

  private PictureFolder folder() {
    return new PictureFolder(outputDir, seeds.first());
  }

  private Progress progress(String task, int steps) {
    return Progress.start(task, (long) steps * seeds.count() * (compare ? 2 : 1), err());
  }

  /** Makes the pictures of a file; all of it is read and checked before the model is loaded. */
  private int batch() {
    ParseResult commandLine = spec.commandLine().getParseResult();
    commandLine.matchedOptions().stream()
        .filter(option -> !isForBatches(option.longestName()))
        .findFirst()
        .ifPresent(
            option -> {
              throw new InvalidInputException(
                  "%s is for one prompt; leave it out with --prompts."
                      .formatted(option.longestName()));
            });
    List<BatchRow> rows = BatchFile.read(prompts, commandLine);
    requireImages(rows);
    try (var leaks = new BatchLeaks()) {
      rows.forEach(leaks::read);
      try (var adapted = new AdaptedModel(model, vae, adapters)) {
        return new BatchRun(adapted, leaks, outputDir, batchSize, json, spec.commandLine())
            .run(rows);
      }
    }
  }

  /** Makes the pictures of a file on a cluster, which knows one model and what a table can say. */
  private int onCluster() {
    ParseResult commandLine = spec.commandLine().getParseResult();
    if (prompts == null) {
      throw new InvalidInputException("--spark is for many pictures; add --prompts FILE.");
    }
    commandLine.matchedOptions().stream()
        .filter(option -> !isForClusters(option.longestName()))
        .findFirst()
        .ifPresent(option -> spark.forbid(option.longestName(), true));
    List<BatchRow> rows = BatchFile.read(prompts, commandLine);
    for (BatchRow row : rows) {
      row.saying(
          () -> {
            spark.forbid("--image", !row.image().files().isEmpty());
            return row;
          });
    }
    String folder = commandLine.matchedOption("--output-dir").originalStringValues().get(0);
    var made = new GenerationOnCluster(spark, model, rows, folder).make();
    json.print(spec.commandLine().getOut(), made.describe(), made.prose());
    made.failures().forEach(err()::println);
    return made.failures().isEmpty() ? 0 : CommandLine.ExitCode.SOFTWARE;
  }

  private static boolean isForClusters(String option) {
    return Stream.of(new ModelOptions(), new SparkOptions(), new JsonOption())
            .map(CommandSpec::forAnnotatedObject)
            .anyMatch(options -> options.findOption(option) != null)
        || BatchRow.options().findOption(option) != null
        || Set.of("--prompts", "--output-dir").contains(option);
  }

  /** What lines have in common is read once. */
  private static void requireImages(List<BatchRow> rows) {
    Map<List<Path>, BatchRow> firstOf = new LinkedHashMap<>();
    rows.forEach(row -> firstOf.putIfAbsent(row.image().files(), row));
    for (BatchRow row : firstOf.values()) {
      row.saying(
          () -> {
            row.image().requireReadable();
            return row;
          });
    }
  }

  private static boolean isForBatches(String option) {
    return Stream.of(new ModelOptions(), new VaeOptions(), new AdapterOptions(), new JsonOption())
            .map(CommandSpec::forAnnotatedObject)
            .anyMatch(options -> options.findOption(option) != null)
        || BatchRow.options().findOption(option) != null
        || Set.of("--prompts", "--batch-size", "--output-dir").contains(option);
  }

  private void report(Outcome made) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("pictures", made.pictures().stream().map(Development.Picture::describe).toList());
    made.sheet().ifPresent(file -> result.put("contact_sheet", file.toString()));
    String prose =
        made.pictures().stream()
            .map(p -> "%s  mean brightness %.3f".formatted(p.file(), p.brightness()))
            .collect(Collectors.joining(System.lineSeparator()));
    json.print(
        spec.commandLine().getOut(),
        result,
        prose + made.sheet().map(file -> System.lineSeparator() + file).orElse(""));
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
