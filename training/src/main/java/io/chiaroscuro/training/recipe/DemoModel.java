package io.chiaroscuro.training.recipe;

/** What the stages of the embedded model's training share. */
final class DemoModel {

  /** Side of its pictures, in pixels. */
  static final int SIZE = 128;

  private DemoModel() {}
}
