package io.chiaroscuro.cli.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What one experiment brought.
 *
 * @param name for programs and links
 * @param title for readers
 * @param seen what one sees, in a sentence or two
 * @param measures the figures that count
 * @param blocks tables and pictures, in the order in which they are shown
 * @param absent what could not be shown, and why: a sentence each
 */
public record SectionReport(
    String name,
    String title,
    String seen,
    List<Measure> measures,
    List<Block> blocks,
    List<String> absent) {

  public SectionReport {
    measures = List.copyOf(measures);
    blocks = List.copyOf(blocks);
    absent = List.copyOf(absent);
  }

  /** Collects a report as its parts come. */
  public static final class Builder {
    private final List<Measure> measures = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<String> absent = new ArrayList<>();

    public Builder measure(Measure measure) {
      measures.add(measure);
      return this;
    }

    public Builder show(Block block) {
      blocks.add(block);
      return this;
    }

    public Builder absent(String sentence) {
      absent.add(sentence);
      return this;
    }

    public SectionReport build(String name, String title, String seen) {
      return new SectionReport(name, title, seen, measures, blocks, absent);
    }
  }
}
