package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.report.Aim;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.GridRow;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.cli.report.Sweep;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.SignalLeak;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * A leak set by hand: a colour, or a constant on one latent channel (the paper's example D). No
 * statistics but the colour's own latents are needed for the former.
 */
final class ControlSection implements Section {

  private static final List<Double> CONSTANTS = List.of(-2.0, -1.0, 0.0, 1.0, 2.0);
  private static final Aim WHITE = Aim.atLeast(0.95);
  private static final Aim BLACK = Aim.atMost(0.05);

  /** What the leak's mean is set to, each channel 0..255. */
  private enum Color {
    WHITE(255, 255, 255),
    BLACK(0, 0, 0),
    RED(255, 0, 0);

    private final int red;
    private final int green;
    private final int blue;

    Color(int red, int green, int blue) {
      this.red = red;
      this.green = green;
      this.blue = blue;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Studio studio;
  private final int perColor;
  private final int perConstant;
  private final int channels;

  ControlSection(Studio studio) {
    this.studio = studio;
    this.perColor = studio.config().part(8);
    this.perConstant = studio.config().part(32);
    this.channels = studio.painter().shape().channels();
  }

  @Override
  public String name() {
    return "control";
  }

  @Override
  public String title() {
    return "Control";
  }

  @Override
  public long evaluations() {
    long colors = (long) Color.values().length * perColor;
    long sweep = (long) channels * CONSTANTS.size() * perConstant;
    return studio.config().guided(colors + sweep);
  }

  @Override
  public SectionReport run() {
    SectionReport.Builder report = new SectionReport.Builder();
    MedianPixel white = colors(report);
    int monotone = sweep(report);
    return report.build(
        name(),
        title(),
        String.format(
            Locale.ROOT,
            "White, black and red are asked of the leak alone, the prompts do not mention a background:"
                + " asked for white, the median pixel has %.3f. A constant on one latent channel moves the"
                + " brightness in one direction in %d of %d channels.",
            white.brightness(),
            monotone,
            channels));
  }

  /** Returns what was measured for white. */
  private MedianPixel colors(SectionReport.Builder report) {
    List<Commission> commissions = new ArrayList<>();
    for (Color color : Color.values()) {
      commissions.addAll(Commission.withLeak(studio.captions(perColor), leak(color)));
    }
    List<Picture> pictures = studio.painter().paint(commissions);
    PictureFiles files = studio.files(this);
    List<Picture> without = studio.fromWhiteNoise().subList(0, perColor);
    List<GridRow> shown = new ArrayList<>();
    List<TableRow> rows = new ArrayList<>();
    shown.add(files.row("no leak", "none", without));
    rows.add(row("no leak", mean(without)));
    for (Color color : Color.values()) {
      int first = color.ordinal() * perColor;
      List<Picture> ofColor = pictures.subList(first, first + perColor);
      shown.add(files.row(color.toString(), color.toString(), ofColor));
      rows.add(row(color.toString(), mean(ofColor)));
    }
    MedianPixel white = mean(pictures.subList(0, perColor));
    MedianPixel black = mean(pictures.subList(perColor, 2 * perColor));
    report
        .measure(
            Measure.of(
                "white_background",
                "White asked for: brightness of the median pixel",
                white.brightness(),
                WHITE))
        .measure(
            Measure.of(
                "black_background",
                "Black asked for: brightness of the median pixel",
                black.brightness(),
                BLACK))
        .show(
            new Grid(
                "The leak's mean set to a colour, mean brightness below",
                studio.captions(perColor),
                shown))
        .show(
            new Table(
                "median_pixel",
                "The median pixel, which lies in the background where that fills more than half of the"
                    + " picture; mean over %d pictures each".formatted(perColor),
                List.of("asked for", "red", "green", "blue", "brightness"),
                rows));
    return white;
  }

  private SignalLeak leak(Color color) {
    int size = studio.model().trainedSize();
    return SignalLeak.constant(
        studio.painter().shape(),
        LeakControls.NONE.withMeanColor(
            studio.model().meanColor(color.red, color.green, color.blue, size, size)));
  }

  private static MedianPixel mean(List<Picture> pictures) {
    List<MedianPixel> medians = pictures.stream().map(p -> MedianPixel.of(p.image())).toList();
    return new MedianPixel(
        mean(medians, MedianPixel::red),
        mean(medians, MedianPixel::green),
        mean(medians, MedianPixel::blue),
        mean(medians, MedianPixel::brightness));
  }

  private static double mean(List<MedianPixel> medians, ToDoubleFunction<MedianPixel> of) {
    return medians.stream().mapToDouble(of).average().orElseThrow();
  }

  private static TableRow row(String label, MedianPixel median) {
    return TableRow.of(label, median.red(), median.green(), median.blue(), median.brightness());
  }

  /** Returns in how many channels brightness only rises or only falls. */
  private int sweep(SectionReport.Builder report) {
    List<Commission> commissions = new ArrayList<>();
    String caption = studio.captions(1).get(0);
    for (int channel = 0; channel < channels; channel++) {
      for (double constant : CONSTANTS) {
        SignalLeak leak =
            new SignalLeak(
                studio.reference().heldOut().statistics(),
                LeakControls.NONE.withOnlyHighFrequency().withChannel(channel, constant));
        for (int seed = 0; seed < perConstant; seed++) {
          commissions.add(new Commission(caption, seed, Optional.of(leak)));
        }
      }
    }
    List<Picture> pictures = studio.painter().paint(commissions);
    PictureFiles files = studio.files(this);
    List<GridRow> shown = new ArrayList<>();
    List<TableRow> rows = new ArrayList<>();
    int monotone = 0;
    for (int channel = 0; channel < channels; channel++) {
      List<Picture> firsts = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      for (int i = 0; i < CONSTANTS.size(); i++) {
        int first = (channel * CONSTANTS.size() + i) * perConstant;
        List<Picture> ofConstant = pictures.subList(first, first + perConstant);
        firsts.add(ofConstant.get(0));
        values.add(Picture.brightness(ofConstant).mean());
      }
      Sweep sweep = new Sweep(values);
      monotone += sweep.isMonotone() ? 1 : 0;
      shown.add(files.row("channel " + channel, "channel-" + channel, firsts));
      rows.add(row("channel " + channel, sweep));
    }
    report
        .measure(
            Measure.of(
                "monotone_channels",
                "Channels whose sweep is monotone, of %d".formatted(channels),
                monotone,
                Aim.atLeast(channels)))
        .show(new Grid("Example D: a constant on one latent channel", headings(), shown))
        .show(
            new Table(
                "sweep",
                "Mean brightness (of %d each), and the smallest step in the sweep's direction"
                    .formatted(perConstant),
                columns(),
                rows));
    return monotone;
  }

  private static List<String> headings() {
    return CONSTANTS.stream().map(v -> String.format(Locale.ROOT, "%+.0f", v)).toList();
  }

  private static List<String> columns() {
    List<String> columns = new ArrayList<>();
    columns.add("latent");
    columns.addAll(headings());
    columns.add("smallest step");
    return columns;
  }

  private static TableRow row(String label, Sweep sweep) {
    double[] values = new double[sweep.values().size() + 1];
    for (int i = 0; i + 1 < values.length; i++) {
      values[i] = sweep.values().get(i);
    }
    values[values.length - 1] = sweep.smallestStep();
    return TableRow.of(label, values);
  }
}
