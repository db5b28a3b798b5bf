package io.chiaroscuro.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.cli.report.Block.Cell;
import io.chiaroscuro.cli.report.Block.Distributions;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.GridRow;
import io.chiaroscuro.cli.report.Block.Series;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFilesTest {

  private static final Report REPORT =
      new Report(
          "Title & more",
          "1 < 2.",
          Map.of("model", "<model> & \"co\""),
          List.of(
              new SectionReport(
                  "made-up",
                  "Made up",
                  "1 < 2 & so on.",
                  List.of(
                      Measure.of("met", "Met", 0.25, Aim.atMost(0.5)),
                      Measure.of("missed", "Missed", 1e-5, Aim.atLeast(0.85))),
                  List.of(
                      new Table(
                          "numbers",
                          "Numbers",
                          List.of("what", "before", "after"),
                          List.of(
                              new TableRow(
                                  "row",
                                  List.of(OptionalDouble.of(0.125), OptionalDouble.empty())))),
                      new Grid(
                          "Pictures",
                          List.of("a fox"),
                          List.of(
                              new GridRow(
                                  "with", List.of(new Cell("x/a.png", "\"a\" <fox>", 0.5))))),
                      new Distributions(
                          "brightness",
                          "Brightness",
                          List.of(new Series("data", List.of(0.0, 0.49, 1.0))))),
                  List.of("word.safetensors is not there."))),
          2);

  @TempDir private Path folder;

  @Test
  void thePageEscapesWhatItQuotesAndSaysWhatIsMissed() throws IOException {
    Path file = folder.resolve("index.html");
    ReportPage.write(file, REPORT);
    String html = Files.readString(file);
    WellFormed.parse(file);
    assertThat(html)
        .contains("1 &lt; 2 &amp; so on.", "&quot;a&quot; &lt;fox&gt;", "&lt;model&gt; &amp;")
        .contains("1 of 2 aims reached", "1 of 2 sections are finished")
        .containsPattern("1.00e-05</td>\\s*<td>at least 0.850</td>\\s*<td class=\"missed\">")
        .containsPattern("0.250</td>\\s*<td>at most 0.500</td>\\s*<td class=\"met\">")
        .contains("word.safetensors is not there.")
        .contains("prefers-color-scheme: dark", "width=device-width")
        .doesNotContain("<script", "@import", "url(");
  }

  @Test
  void everyFigureIsInTheJson() throws IOException {
    Path file = folder.resolve("report.json");
    ReportJson.write(file, REPORT);
    JsonNode json = new JsonMapper().readTree(file.toFile());
    assertThat(json.at("/finished").asBoolean()).isFalse();
    assertThat(json.at("/aims_met").asInt()).isEqualTo(1);
    JsonNode section = json.at("/sections/0");
    assertThat(section.at("/measures/1/value").asDouble()).isEqualTo(1e-5);
    assertThat(section.at("/measures/1/aim/met").asBoolean()).isFalse();
    assertThat(section.at("/measures/1/aim/bound").asDouble()).isEqualTo(0.85);
    assertThat(section.at("/tables/numbers/rows/0/before").asDouble()).isEqualTo(0.125);
    assertThat(section.at("/tables/numbers/rows/0/after").isNull()).isTrue();
    assertThat(section.at("/distributions/brightness/data/1").asDouble()).isEqualTo(0.49);
    assertThat(section.at("/pictures/0/brightness").asDouble()).isEqualTo(0.5);
    assertThat(section.at("/absent/0").asText()).contains("word");
  }

  @Test
  void aTableHasNoHoles() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Table("t", "T", List.of("a", "b"), List.of(TableRow.of("row", 1, 2))));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Table("t", "T", List.of("a", "b", "b"), List.of(TableRow.of("row", 1, 2))));
  }
}
