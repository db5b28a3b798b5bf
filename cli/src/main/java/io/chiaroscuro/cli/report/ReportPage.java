package io.chiaroscuro.cli.report;

import io.chiaroscuro.cli.report.Block.Cell;
import io.chiaroscuro.cli.report.Block.Distributions;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.GridRow;
import io.chiaroscuro.cli.report.Block.Sheet;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;

/** The report for readers: one page that needs nothing but the pictures beside it. */
final class ReportPage {

  private static final String STYLE = "report.css";

  private final Report report;

  private ReportPage(Report report) {
    this.report = report;
  }

  static void write(Path file, Report report) {
    String page = "<!DOCTYPE html>\n" + new ReportPage(report).page();
    AtomicFile.write(file, temporary -> Files.writeString(temporary, page));
  }

  private Element page() {
    Element main = Element.of("main").add(header());
    if (report.aims() > 0) {
      main.add(summary());
    }
    report.sections().forEach(section -> main.add(section(section)));
    return Element.of("html")
        .with("lang", "en")
        .add(
            Element.of("head")
                .add(Element.of("meta").with("charset", "utf-8"))
                .add(
                    Element.of("meta")
                        .with("name", "viewport")
                        .with("content", "width=device-width, initial-scale=1"))
                .add(Element.of("title", report.title()))
                .add(Element.of("style", style())))
        .add(Element.of("body").add(main).add(footer()));
  }

  private Element header() {
    Element header =
        Element.of("header")
            .add(Element.of("h1", report.title()))
            .add(Element.of("p", report.introduction()));
    if (!report.isFinished()) {
      header.add(
          Element.of(
                  "p",
                  "%d of %d sections are finished."
                      .formatted(report.sections().size(), report.planned()))
              .with("class", "missed"));
    }
    return header;
  }

  /** All that has an aim. */
  private Element summary() {
    Element body = Element.of("tbody");
    for (SectionReport section : report.sections()) {
      for (Measure measure : section.measures()) {
        if (measure.aim().isPresent()) {
          body.add(
              Element.of("tr")
                  .add(Element.of("th").with("scope", "row").add(link(section)))
                  .add(Element.of("td", measure.label()))
                  .add(numeric(ReportText.number(measure.value())))
                  .add(Element.of("td", measure.aim().get().toString()))
                  .add(verdict(Element.of("td"), measure)));
        }
      }
    }
    return Element.of("section")
        .add(Element.of("h2", "%d of %d aims reached".formatted(report.aimsMet(), report.aims())))
        .add(
            scrolling(
                Element.of("table").add(head("section", "measure", "value", "aim", "")).add(body)));
  }

  private static Element link(SectionReport section) {
    return Element.of("a", section.title()).with("href", "#" + section.name());
  }

  private static Element verdict(Element element, Measure measure) {
    boolean met = measure.met().orElseThrow();
    return element.with("class", met ? "met" : "missed").text(met ? "✓ reached" : "✗ missed");
  }

  private static Element section(SectionReport section) {
    Element element =
        Element.of("section")
            .with("id", section.name())
            .add(Element.of("h2", section.title()))
            .add(Element.of("p", section.seen()));
    Element measures = Element.of("dl");
    for (Measure measure : section.measures()) {
      Element value = Element.of("dd").add(Element.of("b", ReportText.number(measure.value())));
      measure
          .aim()
          .ifPresent(
              aim ->
                  value.text(" ").add(verdict(Element.of("span"), measure).text(", aim " + aim)));
      measures.add(Element.of("div").add(Element.of("dt", measure.label())).add(value));
    }
    element.add(measures);
    for (String sentence : section.absent()) {
      element.add(Element.of("p", sentence).with("class", "absent"));
    }
    section.blocks().forEach(block -> element.add(figure(block)));
    return element;
  }

  private static Element figure(Block block) {
    Element content =
        block instanceof Table table
            ? scrolling(table(table))
            : block instanceof Grid grid
                ? scrolling(grid(grid))
                : block instanceof Sheet sheet
                    ? sheet(sheet)
                    : DistributionChart.draw((Distributions) block);
    return Element.of("figure").add(Element.of("figcaption", block.caption())).add(content);
  }

  private static Element table(Table table) {
    Element body = Element.of("tbody");
    for (TableRow row : table.rows()) {
      Element tr = Element.of("tr").add(Element.of("th", row.label()).with("scope", "row"));
      for (OptionalDouble value : row.values()) {
        tr.add(numeric(value.isPresent() ? ReportText.number(value.getAsDouble()) : "–"));
      }
      body.add(tr);
    }
    return Element.of("table").add(head(table.columns().toArray(String[]::new))).add(body);
  }

  private static Element head(String... columns) {
    Element row = Element.of("tr");
    for (String column : columns) {
      row.add(Element.of("th", column).with("scope", "col"));
    }
    return Element.of("thead").add(row);
  }

  private static Element numeric(String text) {
    return Element.of("td", text).with("class", "number");
  }

  private static Element grid(Grid grid) {
    Element table = Element.of("table").with("class", "pictures");
    if (!grid.columns().isEmpty()) {
      String[] columns = new String[grid.columns().size() + 1];
      columns[0] = "";
      for (int i = 1; i < columns.length; i++) {
        columns[i] = grid.columns().get(i - 1);
      }
      table.add(head(columns));
    }
    Element body = Element.of("tbody");
    for (GridRow row : grid.rows()) {
      Element tr = Element.of("tr").add(Element.of("th", row.label()).with("scope", "row"));
      row.cells().forEach(cell -> tr.add(Element.of("td").add(picture(cell))));
      body.add(tr);
    }
    return table.add(body);
  }

  private static Element picture(Cell cell) {
    return Element.of("div")
        .add(
            Element.of("img")
                .with("src", cell.file())
                .with("alt", cell.alternative())
                .with("title", cell.alternative())
                .with("loading", "lazy"))
        .add(Element.of("small", String.format(Locale.ROOT, "%.3f", cell.brightness())));
  }

  private static Element sheet(Sheet sheet) {
    return Element.of("a")
        .with("href", sheet.file())
        .add(
            Element.of("img")
                .with("class", "sheet")
                .with("src", sheet.file())
                .with("alt", sheet.caption())
                .with("width", sheet.width())
                .with("height", sheet.height())
                .with("loading", "lazy"));
  }

  private static Element scrolling(Element wide) {
    return Element.of("div").with("class", "scrolling").add(wide);
  }

  private Element footer() {
    Element settings = Element.of("dl");
    report
        .settings()
        .forEach(
            (name, value) ->
                settings.add(
                    Element.of("div")
                        .add(Element.of("dt", name.replace('_', ' ')))
                        .add(Element.of("dd", String.valueOf(value)))));
    return Element.of("footer")
        .add(Element.of("h2", "How it was made"))
        .add(settings)
        .add(
            Element.of("p")
                .text("The signal leak: ")
                .add(
                    Element.of("a", "Everaert et al., WACV 2024")
                        .with("href", "https://arxiv.org/abs/2309.15842"))
                .text(". Offset noise: ")
                .add(
                    Element.of("a", "Guttenberg, 2023")
                        .with("href", "https://www.crosslabs.org/blog/diffusion-with-offset-noise"))
                .text(". All figures with all their digits: ")
                .add(Element.of("a", Report.FIGURES).with("href", Report.FIGURES))
                .text("."));
  }

  private static String style() {
    try (InputStream in = ReportPage.class.getResourceAsStream(STYLE)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
