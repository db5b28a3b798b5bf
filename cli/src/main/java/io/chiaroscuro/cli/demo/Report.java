package io.chiaroscuro.cli.demo;

import java.util.List;
import java.util.Map;

/**
 * What the demo has found so far.
 *
 * @param settings how it was made, by name
 * @param sections those that are finished
 * @param planned how many there will be
 */
public record Report(Map<String, Object> settings, List<SectionReport> sections, int planned) {

  public Report {
    sections = List.copyOf(sections);
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
