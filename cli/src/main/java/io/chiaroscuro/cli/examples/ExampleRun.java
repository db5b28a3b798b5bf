package io.chiaroscuro.cli.examples;

import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.cli.report.Report;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.file.FileHash;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Makes an example: statistics, pictures, and a report of its own in its own folder. What an
 * earlier run with the same settings finished is kept, so that a run that was stopped goes on.
 */
public final class ExampleRun {

  /** All pictures in one, in the example's folder. */
  public static final String SHEET = "contact-sheet.png";

  private final ExampleRequest request;
  private final Watch watch;

  public ExampleRun(ExampleRequest request, Watch watch) {
    this.request = request;
    this.watch = watch;
  }

  /**
   * Makes what is missing and writes the report.
   *
   * @throws io.chiaroscuro.InvalidInputException if a part is missing or damaged, or does not fit
   */
  public SectionReport make() {
    AtomicFile.requireFolder(request.folder());
    Optional<LearnedEmbedding> word =
        request
            .embedding()
            .map(file -> LearnedEmbedding.read(file, Optional.of(Example.LINE_ART_WORD)));
    List<LearnedEmbedding> words = word.map(List::of).orElse(List.of());
    try (var model =
            StableDiffusion.load(request.model(), request.device(), request.dtype(), words);
        var statistics = ExampleStatistics.of(request, model, watch)) {
      return make(model, statistics, words);
    } finally {
      word.ifPresent(LearnedEmbedding::close);
    }
  }

  private SectionReport make(
      StableDiffusion model, LeakStatistics statistics, List<LearnedEmbedding> words) {
    String leakHash = FileHash.of(request.statistics().resolve("stats.safetensors"));
    Darkroom darkroom = new Darkroom(model, request, words, leakHash, watch);
    ExampleTable table =
        request.example() == Example.D
            ? new SweepTable(request, statistics, darkroom)
            : new ComparisonTable(request, statistics, darkroom);
    ExampleTable.Finished finished = table.make();
    request.departures().forEach(finished.section()::absent);
    Example example = request.example();
    SectionReport section =
        finished
            .section()
            .build(example.name(), "%s: %s".formatted(example, example.title()), finished.seen());
    Map<String, String> provenance = new LinkedHashMap<>(darkroom.provenance());
    PngFile.write(request.folder().resolve(SHEET), finished.sheet().draw(), provenance);
    new Report(
            "Chiaroscuro: example " + example,
            "Example %s of the signal leak's authors, made again with %s and the leak of %s (theirs is that of %s). Every figure but theirs was measured on these pictures."
                .formatted(
                    example,
                    model.checkpoint().name(),
                    pictures(statistics),
                    example.photographs()),
            settings(provenance, statistics),
            List.of(section),
            1)
        .write(request.folder());
    return section;
  }

  /** Files of the reference do not say how many. */
  private static String pictures(LeakStatistics statistics) {
    OptionalLong count = statistics.imageCount();
    return count.isPresent() ? count.getAsLong() + " pictures" : "some pictures";
  }

  private static Map<String, Object> settings(
      Map<String, String> provenance, LeakStatistics statistics) {
    Map<String, Object> settings = new LinkedHashMap<>(provenance);
    settings.put("first_seed", Example.SEED);
    new TreeMap<>(statistics.provenance())
        .forEach((name, value) -> settings.put("leak_" + name, value));
    return settings;
  }
}
