package io.chiaroscuro.cli.examples;

import io.chiaroscuro.cli.examples.Darkroom.Print;
import io.chiaroscuro.cli.examples.Wanted.Shows;
import io.chiaroscuro.cli.report.Block.Cell;
import io.chiaroscuro.cli.report.Block.Distributions;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.GridRow;
import io.chiaroscuro.cli.report.Block.Series;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ContactSheet;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The table of examples A1 to C: for each seed the initial latents, the picture without leak, the
 * leak, and the picture with it.
 */
final class ComparisonTable implements ExampleTable {

  private static final List<String> COLUMNS =
      List.of("Initial latents", "Without leak", "Signal leak", "With leak");

  private final Example example;
  private final int count;
  private final Darkroom darkroom;
  private final SignalLeak leak;

  ComparisonTable(ExampleRequest request, LeakStatistics statistics, Darkroom darkroom) {
    this.example = request.example();
    this.count = request.count();
    this.darkroom = darkroom;
    this.leak = new SignalLeak(statistics, LeakControls.NONE);
    leak.requireShape(darkroom.shape());
  }

  @Override
  public Finished make() {
    List<Wanted> wanted = new ArrayList<>();
    for (long seed = Example.SEED; seed < Example.SEED + count; seed++) {
      wanted.add(Wanted.without(seed, Shows.INITIAL));
      wanted.add(Wanted.without(seed, Shows.WITHOUT));
      wanted.add(Wanted.with(seed, Shows.LEAK, leak));
      wanted.add(Wanted.with(seed, Shows.WITH, leak));
    }
    List<Print> prints = darkroom.make(wanted);
    Brightness without = brightness(prints, Shows.WITHOUT);
    Brightness ofLeak = brightness(prints, Shows.LEAK);
    Brightness with = brightness(prints, Shows.WITH);
    AuthorsFigures.Comparison authors = AuthorsFigures.comparison(example);
    List<TableRow> rows =
        List.of(
            row("without leak", without, authors.without()),
            row("the leak, decoded", ofLeak, authors.leak()),
            row("with leak", with, authors.with()));
    String seen =
        String.format(
            Locale.ROOT,
            "Mean brightness of %d pictures each: without leak %.3f (the authors' %.3f), with it %.3f"
                + " (%.3f); of the leak itself, decoded, %.3f (%.3f).",
            count,
            without.mean(),
            authors.without().mean(),
            with.mean(),
            authors.with().mean(),
            ofLeak.mean(),
            authors.leak().mean());
    SectionReport.Builder section =
        new SectionReport.Builder()
            .measure(measure("without", "without leak", without, authors.without()))
            .measure(measure("leak", "the leak, decoded", ofLeak, authors.leak()))
            .measure(measure("with", "with leak", with, authors.with()))
            .show(new Grid(example.prompt(), COLUMNS, grid(prints)))
            .show(
                new Table(
                    "brightness",
                    "Mean brightness and its spread from picture to picture, measured here and on the"
                        + " authors' five published pictures",
                    List.of("pictures", "mean", "spread", "authors' mean", "authors' spread"),
                    rows))
            .show(
                new Distributions(
                    "brightness",
                    "Mean brightness of each picture, from black to white",
                    List.of(
                        new Series("without leak", without.imageMeans()),
                        new Series("the leak, decoded", ofLeak.imageMeans()),
                        new Series("with leak", with.imageMeans()))));
    return new Finished(section, seen, sheet(prints, seen));
  }

  private static Brightness brightness(List<Print> prints, Shows shows) {
    return Brightness.merge(
        prints.stream()
            .filter(print -> print.wanted().shows() == shows)
            .map(print -> Brightness.of(print.image()))
            .toList());
  }

  private static TableRow row(String label, Brightness here, AuthorsFigures.Figure authors) {
    return new TableRow(
        label,
        List.of(
            OptionalDouble.of(here.mean()),
            OptionalDouble.of(here.spread()),
            OptionalDouble.of(authors.mean()),
            authors.spread()));
  }

  private static Measure measure(
      String name, String what, Brightness here, AuthorsFigures.Figure authors) {
    return Measure.of(
        "brightness_" + name,
        String.format(
            Locale.ROOT, "Mean brightness, %s (the authors': %.3f)", what, authors.mean()),
        here.mean());
  }

  private List<GridRow> grid(List<Print> prints) {
    List<GridRow> rows = new ArrayList<>();
    for (List<Print> row : rows(prints)) {
      rows.add(
          new GridRow(
              label(row),
              row.stream()
                  .map(
                      print ->
                          new Cell(
                              print.file(),
                              "%s, %s: %s".formatted(example, label(row), print.wanted().shows()),
                              print.brightness()))
                  .toList()));
    }
    return rows;
  }

  private ContactSheet sheet(List<Print> prints, String seen) {
    List<ContactSheet.Row> rows = new ArrayList<>();
    for (List<Print> row : rows(prints)) {
      rows.add(
          new ContactSheet.Row(
              label(row),
              row.stream()
                  .map(
                      print ->
                          new ContactSheet.Cell(
                              print.image(),
                              String.format(Locale.ROOT, "mean %.3f", print.brightness())))
                  .toList()));
    }
    return new ContactSheet("%s: %s. %s".formatted(example, example.prompt(), seen), COLUMNS, rows);
  }

  private List<List<Print>> rows(List<Print> prints) {
    List<List<Print>> rows = new ArrayList<>();
    for (int first = 0; first < prints.size(); first += COLUMNS.size()) {
      rows.add(prints.subList(first, first + COLUMNS.size()));
    }
    return rows;
  }

  private static String label(List<Print> row) {
    return "seed " + row.get(0).wanted().seed();
  }
}
