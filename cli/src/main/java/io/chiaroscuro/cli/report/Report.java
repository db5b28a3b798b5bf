package io.chiaroscuro.cli.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a run has found so far.
 *
 * @param title of the page
 * @param introduction a few sentences for readers
 * @param settings how it was made, by name
 * @param sections those that are finished
 * @param planned how many there will be
 */
public record Report(
    String title,
    String introduction,
    Map<String, Object> settings,
    List<SectionReport> sections,
    int planned) {

  /** The page in the report's folder. */
  public static final String PAGE = "index.html";

  /** The figures in the report's folder. */
  public static final String FIGURES = "report.json";

  public Report {
    sections = List.copyOf(sections);
  }

  /** Writes the page and the figures into the folder that the pictures' names are relative to. */
  public void write(Path folder) {
    ReportJson.write(folder.resolve(FIGURES), this);
    ReportPage.write(folder.resolve(PAGE), this);
  }

  public boolean isFinished() {
    return sections.size() == planned;
  }

  /** How many of the measures have an aim. */
  public long aims() {
    return measures().stream().filter(measure -> measure.aim().isPresent()).count();
  }

  /** How many of those reach it. */
  public long aimsMet() {
    return measures().stream().filter(measure -> measure.met().orElse(false)).count();
  }

  private List<Measure> measures() {
    return sections.stream().flatMap(section -> section.measures().stream()).toList();
  }
}
