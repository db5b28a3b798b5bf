package io.chiaroscuro.cli.examples;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.cli.examples.Darkroom.Print;
import io.chiaroscuro.cli.examples.Wanted.Shows;
import io.chiaroscuro.cli.report.Block.Cell;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.GridRow;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.cli.report.Sweep;
import io.chiaroscuro.image.ContactSheet;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The table of example D: the low frequencies of the leak are left out, and a constant is added to
 * one latent channel instead.
 */
final class SweepTable implements ExampleTable {

  private static final int CHANNELS = 4;

  private final ExampleRequest request;
  private final LeakStatistics statistics;
  private final Darkroom darkroom;

  SweepTable(ExampleRequest request, LeakStatistics statistics, Darkroom darkroom) {
    this.request = request;
    this.statistics = statistics;
    this.darkroom = darkroom;
    leak(0, 0).requireShape(darkroom.shape());
    if (darkroom.shape().channels() != CHANNELS) {
      throw new InvalidInputException(
          "Example D sweeps the %d latent channels of Stable Diffusion, but this model has %d; give another by --model D=FOLDER."
              .formatted(CHANNELS, darkroom.shape().channels()));
    }
  }

  private SignalLeak leak(int channel, int constant) {
    LeakControls bare = LeakControls.NONE.withOnlyHighFrequency();
    return new SignalLeak(statistics, constant == 0 ? bare : bare.withChannel(channel, constant));
  }

  @Override
  public Finished make() {
    // Nothing added to one channel is nothing added to another: that picture is made once.
    Map<String, Wanted> wanted = new LinkedHashMap<>();
    for (int channel = 0; channel < CHANNELS; channel++) {
      for (int constant : AuthorsFigures.CONSTANTS) {
        for (Wanted one : wanted(channel, constant)) {
          wanted.putIfAbsent(one.name(), one);
        }
      }
    }
    Map<String, Print> prints = new LinkedHashMap<>();
    darkroom
        .make(List.copyOf(wanted.values()))
        .forEach(print -> prints.put(print.wanted().name(), print));
    return report(prints);
  }

  private List<Wanted> wanted(int channel, int constant) {
    List<Wanted> wanted = new ArrayList<>();
    for (long seed = Example.SEED; seed < Example.SEED + request.count(); seed++) {
      wanted.add(
          new Wanted(
              "seed-%d-%s".formatted(seed, change(channel, constant)),
              seed,
              Shows.WITH,
              Optional.of(leak(channel, constant))));
    }
    return wanted;
  }

  private static String change(int channel, int constant) {
    return constant == 0
        ? "zero"
        : "channel-%d-%s-%d"
            .formatted(channel, constant < 0 ? "minus" : "plus", Math.abs(constant));
  }

  private Finished report(Map<String, Print> prints) {
    SectionReport.Builder section = new SectionReport.Builder();
    List<GridRow> grid = new ArrayList<>();
    List<TableRow> table = new ArrayList<>();
    List<ContactSheet.Row> sheet = new ArrayList<>();
    int alike = 0;
    for (int channel = 0; channel < CHANNELS; channel++) {
      String label = "channel " + channel;
      List<Cell> cells = new ArrayList<>();
      List<ContactSheet.Cell> sheetCells = new ArrayList<>();
      List<Double> means = new ArrayList<>();
      List<Double> authors = AuthorsFigures.sweep(channel);
      for (int constant : AuthorsFigures.CONSTANTS) {
        List<Print> of =
            wanted(channel, constant).stream().map(one -> prints.get(one.name())).toList();
        double mean = of.stream().mapToDouble(Print::brightness).average().orElseThrow();
        Print first = of.get(0);
        cells.add(new Cell(first.file(), "%s %+d".formatted(label, constant), first.brightness()));
        sheetCells.add(
            new ContactSheet.Cell(
                first.image(),
                String.format(
                    Locale.ROOT, "%.3f (authors %.3f)", mean, authors.get(means.size()))));
        means.add(mean);
      }
      Sweep sweep = new Sweep(means);
      alike += rises(means) == rises(authors) && sweep.isMonotone() ? 1 : 0;
      section.measure(
          Measure.of(
              "channel_" + channel,
              "Channel %d: change of brightness from -2 to 2 (the authors': %+.3f)"
                  .formatted(channel, change(authors)),
              change(means)));
      grid.add(new GridRow(label, cells));
      sheet.add(new ContactSheet.Row(label, sheetCells));
      table.add(row(label, means));
      table.add(row(label + ", the authors'", authors));
    }
    String seen =
        "A constant of -2 to 2 on one latent channel moves the brightness steadily in the authors' direction in %d of %d channels."
            .formatted(alike, CHANNELS);
    section
        .show(new Grid(request.example().prompt(), headings(), grid))
        .show(
            new Table(
                "sweep",
                "Mean brightness, of %d pictures here and of the authors' one published picture"
                    .formatted(request.count()),
                columns(),
                table));
    return new Finished(
        section,
        seen,
        new ContactSheet(
            "D: %s. %s".formatted(request.example().prompt(), seen), headings(), sheet));
  }

  private static double change(List<Double> values) {
    return values.get(values.size() - 1) - values.get(0);
  }

  private static boolean rises(List<Double> values) {
    return change(values) > 0;
  }

  private static TableRow row(String label, List<Double> values) {
    return TableRow.of(label, values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static List<String> headings() {
    return AuthorsFigures.CONSTANTS.stream().map(v -> v == 0 ? "0" : "%+d".formatted(v)).toList();
  }

  private static List<String> columns() {
    List<String> columns = new ArrayList<>(List.of("latent"));
    columns.addAll(headings());
    return columns;
  }
}
