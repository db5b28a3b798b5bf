package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.demo.FineTunes.FineTune;
import io.chiaroscuro.cli.demo.Reference.PictureSet;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.SignalLeak;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The paper's examples A and B: a style's statistics as leak, on a model that has learnt the style
 * and on one that has not.
 */
final class StyleSection implements Section {

  /**
   * One of the paper's examples.
   *
   * @param prompt with a place for what is drawn
   * @param style where the leak comes from
   * @param learnt what the model has learnt before, if anything
   */
  private record Example(
      String name, String title, String prompt, PictureSet style, Optional<FineTune> learnt) {

    String key(String measure) {
      return name.toLowerCase(Locale.ROOT) + "_" + measure;
    }
  }

  private final Studio studio;
  private final int pictures;

  StyleSection(Studio studio) {
    this.studio = studio;
    this.pictures = studio.config().part(16);
  }

  @Override
  public String name() {
    return "style";
  }

  @Override
  public String title() {
    return "Style";
  }

  @Override
  public long evaluations() {
    return studio.config().guided(2L * pictures * examples().size());
  }

  /** Those of the four for which all is there. */
  private List<Example> examples() {
    Reference reference = studio.reference();
    List<Example> examples = new ArrayList<>();
    if (studio.fineTunes().has(FineTune.DARK_STYLE)) {
      examples.add(
          new Example(
              "A1",
              "DreamBooth on dark pictures",
              "%s at night",
              reference.dark(),
              Optional.of(FineTune.DARK_STYLE)));
    }
    if (studio.fineTunes().has(FineTune.LINE_ART_WORD)) {
      String word = studio.fineTunes().lineArtToken();
      examples.add(
          new Example(
              "A2",
              "Textual inversion on line art",
              "%s in the style of " + word,
              reference.lineArt(),
              Optional.of(FineTune.LINE_ART_WORD)));
    }
    examples.add(
        new Example(
            "B1", "Dark pictures, no training", "%s at night", reference.dark(), Optional.empty()));
    examples.add(
        new Example(
            "B2",
            "Line art, no training",
            "a line drawing of %s",
            reference.lineArt(),
            Optional.empty()));
    return examples;
  }

  @Override
  public SectionReport run() {
    SectionReport.Builder report = new SectionReport.Builder();
    List<TableRow> rows = new ArrayList<>();
    int nearer = 0;
    List<Example> examples = examples();
    for (Example example : examples) {
      nearer += show(example, report, rows) ? 1 : 0;
    }
    studio.fineTunes().absent(FineTune.DARK_STYLE, FineTune.LINE_ART_WORD).forEach(report::absent);
    report.show(
        new Table(
            "styles",
            "Mean brightness, and distance in style: that between mean and standard deviation of each"
                + " latent channel (Huang and Belongie, 2017), 0 where they are equal",
            List.of(
                "example",
                "brightness of the style",
                "brightness before",
                "brightness with its leak",
                "distance before",
                "distance with its leak"),
            rows));
    return report.build(
        name(),
        title(),
        "Line drawings on white, pictures at night: a few of them are enough to model what they have in"
            + " common, and that is the leak. In %d of %d examples the pictures come nearer to the style."
                .formatted(nearer, examples.size()));
  }

  /** Returns whether the leak brings the pictures nearer to the style. */
  private boolean show(Example example, SectionReport.Builder report, List<TableRow> rows) {
    List<String> prompts =
        studio.captions(pictures).stream().map(example.prompt()::formatted).toList();
    SignalLeak leak = new SignalLeak(example.style().statistics(), LeakControls.NONE);
    List<Picture> before = paint(example, Commission.fromNoise(prompts));
    List<Picture> after = paint(example, Commission.withLeak(prompts, leak));
    LatentStyle style = example.style().style();
    double distanceBefore = LatentStyle.of(before).distance(style);
    double distanceAfter = LatentStyle.of(after).distance(style);
    double brightnessBefore = Picture.brightness(before).mean();
    double brightnessAfter = Picture.brightness(after).mean();
    PictureFiles files = studio.files(this);
    String key = example.key("");
    report
        .measure(
            Measure.of(
                example.key("brightness_change"),
                "%s: change of brightness by the leak".formatted(example.name()),
                brightnessAfter - brightnessBefore))
        .measure(
            Measure.of(
                example.key("distance_ratio"),
                "%s: distance in style, with the leak over without".formatted(example.name()),
                distanceAfter / distanceBefore))
        .show(
            new Grid(
                "%s: %s".formatted(example.name(), example.title()),
                prompts,
                List.of(
                    files.row("before", key + "before", before),
                    files.row("with its leak", key + "with", after))));
    rows.add(
        TableRow.of(
            example.name() + ": " + example.title(),
            example.style().brightness().mean(),
            brightnessBefore,
            brightnessAfter,
            distanceBefore,
            distanceAfter));
    return distanceAfter < distanceBefore;
  }

  private List<Picture> paint(Example example, List<Commission> commissions) {
    Supplier<List<Picture>> work = () -> studio.painter().paint(commissions);
    return example.learnt().filter(FineTune::isLora).isPresent()
        ? studio.fineTunes().with(example.learnt().get(), studio.model(), work)
        : work.get();
  }
}
