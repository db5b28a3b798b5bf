package io.chiaroscuro.cli.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.cli.report.Block.Cell;
import io.chiaroscuro.cli.report.Block.Distributions;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.Series;
import io.chiaroscuro.cli.report.Block.Sheet;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.file.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** The report for programs: every figure, with all its digits. */
final class ReportJson {

  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonNodeFactory NODES = JSON.getNodeFactory();

  private ReportJson() {}

  static void write(Path file, Report report) {
    AtomicFile.write(
        file,
        temporary ->
            Files.writeString(
                temporary,
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(of(report)) + "\n"));
  }

  private static ObjectNode of(Report report) {
    ObjectNode node = NODES.objectNode();
    node.set("settings", JSON.valueToTree(report.settings()));
    node.put("finished", report.isFinished());
    node.put("aims", report.aims());
    node.put("aims_met", report.aimsMet());
    ArrayNode sections = node.putArray("sections");
    report.sections().forEach(section -> sections.add(of(section)));
    return node;
  }

  private static ObjectNode of(SectionReport section) {
    ObjectNode node = NODES.objectNode();
    node.put("name", section.name());
    node.put("title", section.title());
    node.put("seen", section.seen());
    ArrayNode measures = node.putArray("measures");
    section.measures().forEach(measure -> measures.add(of(measure)));
    ObjectNode tables = node.putObject("tables");
    ObjectNode distributions = node.putObject("distributions");
    ArrayNode pictures = node.putArray("pictures");
    for (Block block : section.blocks()) {
      if (block instanceof Table table) {
        tables.set(table.name(), of(table));
      } else if (block instanceof Distributions all) {
        distributions.set(all.name(), of(all));
      } else if (block instanceof Grid grid) {
        grid.rows().forEach(row -> row.cells().forEach(cell -> pictures.add(of(cell))));
      } else if (block instanceof Sheet sheet) {
        pictures.addObject().put("file", sheet.file()).put("shows", sheet.caption());
      }
    }
    ArrayNode absent = node.putArray("absent");
    section.absent().forEach(absent::add);
    return node;
  }

  private static ObjectNode of(Measure measure) {
    ObjectNode node = NODES.objectNode();
    node.put("name", measure.name());
    node.put("label", measure.label());
    node.put("value", measure.value());
    measure
        .aim()
        .ifPresent(
            aim ->
                node.putObject("aim")
                    .put("relation", aim.relation().toString())
                    .put("bound", aim.bound())
                    .put("met", aim.isMetBy(measure.value())));
    return node;
  }

  private static ObjectNode of(Table table) {
    ObjectNode node = NODES.objectNode();
    node.put("shows", table.caption());
    ArrayNode rows = node.putArray("rows");
    for (TableRow row : table.rows()) {
      ObjectNode values = rows.addObject().put(table.columns().get(0), row.label());
      for (int i = 0; i < row.values().size(); i++) {
        String column = table.columns().get(i + 1);
        row.values()
            .get(i)
            .ifPresentOrElse(value -> values.put(column, value), () -> values.putNull(column));
      }
    }
    return node;
  }

  private static ObjectNode of(Distributions distributions) {
    ObjectNode node = NODES.objectNode();
    for (Series series : distributions.series()) {
      ArrayNode values = node.putArray(series.label());
      series.brightness().forEach(values::add);
    }
    return node;
  }

  private static ObjectNode of(Cell cell) {
    return NODES
        .objectNode()
        .put("file", cell.file())
        .put("shows", cell.alternative())
        .put("brightness", cell.brightness());
  }
}
