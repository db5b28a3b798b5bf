package io.chiaroscuro.cli.examples;

/** Whose leak the examples model. Nobody fetches them here; the text says what to give. */
public enum ExamplePhotographs {
  NASA(
      "the 24 training images of nasa-space-v2-768",
      "the folder concept_images of the repository sd-dreambooth-library/nasa-space-v2-768"),
  LINE_ART(
      "the 7 training images of line-art",
      "the folder concept_images of the repository sd-concepts-library/line-art"),
  COCO128(
      "the 128 photographs of COCO128",
      "the folder images/train2017 of github.com/ultralytics/yolov5/releases/download/v1.0/coco128.zip");

  private final String text;
  private final String source;

  ExamplePhotographs(String text, String source) {
    this.text = text;
    this.source = source;
  }

  /** Where they are to be had. */
  public String source() {
    return source;
  }

  /** What they are, for readers. */
  @Override
  public String toString() {
    return text;
  }
}
