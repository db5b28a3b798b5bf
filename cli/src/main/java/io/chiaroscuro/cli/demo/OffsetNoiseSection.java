package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.demo.FineTunes.FineTune;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.GridRow;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.SectionReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The article's experiments (<a
 * href="https://www.crosslabs.org/blog/diffusion-with-offset-noise">Guttenberg, 2023</a>): a short
 * fine-tune teaches a model darkness and light if the noise is offset, and does not if it is white.
 */
final class OffsetNoiseSection implements Section {

  /** What is asked for, beside what the article measured for its like. */
  private enum Kind {
    DARK("dark scene", "a dark scene with %s", 0.301, 0.032),
    LINE_ART("line-art logo on white", "a line drawing of %s on a white background", 0.709, 0.974),
    BRIGHT("bright scene", "a bright scene with %s", 0.641, 0.858),
    SMALL_LIGHT("lit by a small light", "%s in the dark, lit by a candle", 0.452, 0.031);

    private final String label;
    private final String prompt;
    private final double articleBefore;
    private final double articleAfter;

    Kind(String label, String prompt, double articleBefore, double articleAfter) {
      this.label = label;
      this.prompt = prompt;
      this.articleBefore = articleBefore;
      this.articleAfter = articleAfter;
    }
  }

  /** What the model was fine-tuned with. */
  private enum Training {
    NONE("before", Optional.empty(), Optional.empty()),
    WHITE_NOISE(
        "white noise",
        Optional.of(FineTune.CONTRAST_WHITE_NOISE),
        Optional.of(FineTune.BLACK_WHITE_NOISE)),
    OFFSET_NOISE(
        "offset noise",
        Optional.of(FineTune.CONTRAST_OFFSET_NOISE),
        Optional.of(FineTune.BLACK_OFFSET_NOISE));

    private final String label;
    private final Optional<FineTune> contrast;
    private final Optional<FineTune> black;

    Training(String label, Optional<FineTune> contrast, Optional<FineTune> black) {
      this.label = label;
      this.contrast = contrast;
      this.black = black;
    }

    private String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String BLACK_PROMPT = "a solid black image";

  private final Studio studio;
  private final int perKind;

  OffsetNoiseSection(Studio studio) {
    this.studio = studio;
    this.perKind = studio.config().part(16);
  }

  @Override
  public String name() {
    return "offset-noise";
  }

  @Override
  public String title() {
    return "Offset noise";
  }

  @Override
  public long evaluations() {
    long pictures = 0;
    for (Training training : Training.values()) {
      pictures += isThere(training.contrast) ? (long) Kind.values().length * perKind : 0;
      pictures += isThere(training.black) ? perKind : 0;
    }
    return studio.config().guided(pictures);
  }

  private boolean isThere(Optional<FineTune> fineTune) {
    return fineTune.isEmpty() || studio.fineTunes().has(fineTune.get());
  }

  @Override
  public SectionReport run() {
    SectionReport.Builder report = new SectionReport.Builder();
    Map<Training, List<Picture>> contrast = new EnumMap<>(Training.class);
    Map<Training, List<Picture>> black = new EnumMap<>(Training.class);
    for (Training training : Training.values()) {
      if (isThere(training.contrast)) {
        contrast.put(training, paint(training.contrast, kinds()));
      }
      if (isThere(training.black)) {
        black.put(training, paint(training.black, blacks()));
      }
    }
    showKinds(report, contrast);
    showBlack(report, black);
    studio
        .fineTunes()
        .absent(
            FineTune.CONTRAST_OFFSET_NOISE,
            FineTune.CONTRAST_WHITE_NOISE,
            FineTune.BLACK_OFFSET_NOISE,
            FineTune.BLACK_WHITE_NOISE)
        .forEach(report::absent);
    return report.build(name(), title(), seen(contrast));
  }

  private List<Picture> paint(Optional<FineTune> fineTune, List<Commission> commissions) {
    return fineTune.isEmpty()
        ? studio.painter().paint(commissions)
        : studio
            .fineTunes()
            .with(fineTune.get(), studio.model(), () -> studio.painter().paint(commissions));
  }

  /** Kind by kind, each with the same things to draw from the same noise. */
  private List<Commission> kinds() {
    List<Commission> commissions = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      commissions.addAll(
          Commission.fromNoise(
              studio.captions(perKind).stream().map(kind.prompt::formatted).toList()));
    }
    return commissions;
  }

  private List<Commission> blacks() {
    return Commission.fromNoise(Collections.nCopies(perKind, BLACK_PROMPT));
  }

  private void showKinds(SectionReport.Builder report, Map<Training, List<Picture>> pictures) {
    List<TableRow> rows = new ArrayList<>();
    PictureFiles files = studio.files(this);
    for (Kind kind : Kind.values()) {
      List<OptionalDouble> values = new ArrayList<>();
      List<GridRow> shown = new ArrayList<>();
      for (Training training : Training.values()) {
        if (pictures.containsKey(training)) {
          List<Picture> ofKind = of(kind, pictures.get(training));
          String file = kind.name().toLowerCase(Locale.ROOT) + "-" + training.key();
          shown.add(files.row(training.label, file, ofKind));
        }
        values.add(brightness(kind, pictures.get(training)));
      }
      values.add(OptionalDouble.of(kind.articleBefore));
      values.add(OptionalDouble.of(kind.articleAfter));
      rows.add(new TableRow(kind.label, values));
      report.show(new Grid(kind.label, List.of(), shown));
    }
    report.show(
        new Table(
            "kinds",
            "Mean brightness of four kinds of picture before and after a fine-tune on 40 captioned"
                + " pictures of strong contrast, %d pictures each; the article's figures are those of one"
                    .formatted(perKind)
                + " picture each by Stable Diffusion",
            List.of(
                "asked for",
                "before",
                "after, white noise",
                "after, offset noise",
                "article: before",
                "article: after, offset noise"),
            rows));
    if (pictures.containsKey(Training.OFFSET_NOISE)) {
      report
          .measure(contrast("contrast_before", Training.NONE, pictures))
          .measure(contrast("contrast_offset_noise", Training.OFFSET_NOISE, pictures));
    }
    if (pictures.containsKey(Training.WHITE_NOISE)) {
      report.measure(contrast("contrast_white_noise", Training.WHITE_NOISE, pictures));
    }
  }

  private Measure contrast(String name, Training training, Map<Training, List<Picture>> pictures) {
    return Measure.of(
        name,
        "Bright scene minus dark scene, %s".formatted(training.label),
        contrast(pictures.get(training)));
  }

  private double contrast(List<Picture> pictures) {
    return brightness(Kind.BRIGHT, pictures).orElseThrow()
        - brightness(Kind.DARK, pictures).orElseThrow();
  }

  private List<Picture> of(Kind kind, List<Picture> pictures) {
    return pictures.subList(kind.ordinal() * perKind, (kind.ordinal() + 1) * perKind);
  }

  private OptionalDouble brightness(Kind kind, List<Picture> pictures) {
    return pictures == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Picture.brightness(of(kind, pictures)).mean());
  }

  private void showBlack(SectionReport.Builder report, Map<Training, List<Picture>> pictures) {
    List<GridRow> shown = new ArrayList<>();
    PictureFiles files = studio.files(this);
    pictures.forEach(
        (training, ofTraining) -> {
          shown.add(files.row(training.label, "black-" + training.key(), ofTraining));
          report.measure(
              Measure.of(
                  "black_" + training.key(),
                  "'%s', %s: brightness".formatted(BLACK_PROMPT, training.label),
                  Picture.brightness(ofTraining).mean()));
        });
    report.show(
        new Grid(
            "'%s' before and after a fine-tune on one black picture".formatted(BLACK_PROMPT),
            List.of(),
            shown));
  }

  private String seen(Map<Training, List<Picture>> pictures) {
    String before =
        String.format(
            Locale.ROOT,
            "Asked for a bright scene and for a dark one, the model as it is makes pictures that differ by"
                + " %.3f in brightness",
            contrast(pictures.get(Training.NONE)));
    return pictures.containsKey(Training.OFFSET_NOISE)
        ? String.format(
            Locale.ROOT,
            "%s; after a short fine-tune with offset noise it is %.3f.",
            before,
            contrast(pictures.get(Training.OFFSET_NOISE)))
        : before + ".";
  }
}
