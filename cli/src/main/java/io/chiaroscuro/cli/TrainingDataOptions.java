package io.chiaroscuro.cli;

import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.data.CaptionedFolder;
import io.chiaroscuro.training.data.CaptionedImage;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Captioned pictures. */
final class TrainingDataOptions {

  @Option(
      names = "--train-data-dir",
      required = true,
      paramLabel = "FOLDER",
      description = {
        "Pictures with a metadata.jsonl of lines like {\"file_name\": \"cat.png\", \"text\": \"a cat\"},",
        "or each with a text file beside it."
      })
  private Path trainDataDir;

  @Option(
      names = "--caption-column",
      defaultValue = "text",
      paramLabel = "NAME",
      description = "The field of metadata.jsonl with the caption (default: ${DEFAULT-VALUE}).")
  private String captionColumn;

  @Option(
      names = "--caption-extension",
      defaultValue = ".txt",
      paramLabel = "SUFFIX",
      description = "Of the text files beside the pictures (default: ${DEFAULT-VALUE}).")
  private String captionExtension;

  @Option(
      names = {"--caption-dropout-rate", "--proportion-empty-prompts"},
      defaultValue = "0",
      paramLabel = "P",
      description = "Share of captions left out, for guidance (default: ${DEFAULT-VALUE}).")
  private double captionDropoutRate;

  List<CaptionedImage> images() {
    return CaptionedFolder.read(trainDataDir, captionColumn, captionExtension);
  }

  CaptionDropout dropout(long seed) {
    return new CaptionDropout(captionDropoutRate, seed);
  }
}
