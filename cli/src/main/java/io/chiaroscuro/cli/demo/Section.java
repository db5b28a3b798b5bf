package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.report.SectionReport;

/** One experiment of the demo. */
public interface Section {

  /** For programs, links and the folder of its pictures. */
  String name();

  String title();

  /** How often the UNet will be asked, counting each picture of a batch. */
  long evaluations();

  /** Makes the pictures, writes them and measures. */
  SectionReport run();
}
