package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.training.data.LatentCaching;
import io.chiaroscuro.training.data.TextEmbeddingCaching;
import io.chiaroscuro.training.method.TextEmbeddings;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is computed once and kept on disk. */
final class CachingOptions {

  private static final int BATCH_SIZE = 4;

  @Option(
      names = {"--cache-latents", "--cache-latents-to-disk"},
      description = "Encode every picture once and keep its latents on disk.")
  private boolean cacheLatents;

  @Option(
      names = {"--cache-text-encoder-outputs", "--cache-text-encoder-outputs-to-disk"},
      description = "Encode every caption once and keep the result on disk.")
  private boolean cacheTextEncoderOutputs;

  @Option(
      names = "--cache-dir",
      paramLabel = "FOLDER",
      description = "Where; runs may share it (default: cache in the output folder).")
  private Path cacheDir;

  @Option(
      names = "--clip-skip",
      defaultValue = "0",
      paramLabel = "N",
      description = "Leave out the text encoder's last N layers (default: ${DEFAULT-VALUE}).")
  private int clipSkip;

  Optional<LatentCaching> latents(FramingOptions framing, Path outputDir) {
    if (cacheLatents && !framing.isCentered()) {
      throw new InvalidInputException(
          "--cache-latents cannot keep what random crops change each time; give --center-crop as well.");
    }
    return cacheLatents
        ? Optional.of(new LatentCaching(folder(outputDir), DType.FLOAT32, BATCH_SIZE))
        : Optional.empty();
  }

  TextEmbeddings textEmbeddings(Path outputDir) {
    return new TextEmbeddings(
        cacheTextEncoderOutputs
            ? Optional.of(new TextEmbeddingCaching(folder(outputDir), DType.FLOAT32, BATCH_SIZE))
            : Optional.empty(),
        clipSkip);
  }

  /** Refuses to keep what changes while the text encoder learns. */
  void requireFixedTextEncoder(String because) {
    if (cacheTextEncoderOutputs) {
      throw new InvalidInputException(
          "--cache-text-encoder-outputs cannot keep what %s changes; leave out one of them."
              .formatted(because));
    }
  }

  private Path folder(Path outputDir) {
    return cacheDir == null ? outputDir.resolve("cache") : cacheDir;
  }
}
