package io.chiaroscuro.cli.examples;

import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.image.ContactSheet;

/** An example's table of pictures, as the authors' README shows it. */
interface ExampleTable {

  /**
   * What was found.
   *
   * @param section measures, tables and pictures
   * @param seen a sentence or two
   * @param sheet the pictures with their brightness on one sheet
   */
  record Finished(SectionReport.Builder section, String seen, ContactSheet sheet) {}

  /** Makes the pictures, writes them and measures. */
  Finished make();
}
