package io.chiaroscuro.cli.demo;

import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What was learnt on top of the model, where it is there: small files in one folder.
 *
 * @param folder where they lie, if anywhere; it may lack any of them
 */
public record FineTunes(Optional<Path> folder) {

  /** The files. */
  enum FineTune {
    /** Textual inversion on the line drawings. */
    LINE_ART_WORD("line-art-word"),
    /** DreamBooth on the dark pictures. */
    DARK_STYLE("dark-style"),
    /** On 40 captioned pictures of strong contrast, with offset noise. */
    CONTRAST_OFFSET_NOISE("contrast-offset-noise"),
    /** The same with white noise. */
    CONTRAST_WHITE_NOISE("contrast-white-noise"),
    /** On one black picture, with offset noise. */
    BLACK_OFFSET_NOISE("black-offset-noise"),
    /** The same with white noise. */
    BLACK_WHITE_NOISE("black-white-noise");

    private final String file;

    FineTune(String name) {
      this.file = name + ".safetensors";
    }

    /** Whether it adapts layers; a word is taught when the model is loaded. */
    boolean isLora() {
      return this != LINE_ART_WORD;
    }
  }

  boolean has(FineTune fineTune) {
    return folder.isPresent() && Files.exists(path(fineTune));
  }

  /** A sentence for each of those that are absent. */
  List<String> absent(FineTune... wanted) {
    return Arrays.stream(wanted)
        .filter(fineTune -> !has(fineTune))
        .map(fineTune -> "%s is not there, so its pictures are left out.".formatted(fineTune.file))
        .toList();
  }

  /** The word for line drawings, to be taught to the model; closed by the caller. */
  public Optional<LearnedEmbedding> lineArtWord() {
    return has(FineTune.LINE_ART_WORD)
        ? Optional.of(LearnedEmbedding.read(path(FineTune.LINE_ART_WORD)))
        : Optional.empty();
  }

  /** What stands for the line drawings in prompts. */
  String lineArtToken() {
    try (LearnedEmbedding word = lineArtWord().orElseThrow()) {
      return word.token();
    }
  }

  /** What {@code work} yields while the model is adapted by this LoRA. */
  <T> T with(FineTune fineTune, StableDiffusion model, Supplier<T> work) {
    try (Lora lora = LoraFile.read(path(fineTune), model.networks())) {
      lora.attach(1);
      return work.get();
    }
  }

  private Path path(FineTune fineTune) {
    return folder.orElseThrow().resolve(fineTune.file);
  }
}
