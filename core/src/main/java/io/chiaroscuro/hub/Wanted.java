package io.chiaroscuro.hub;

import java.util.List;

/** What a name is asked to stand for. */
public enum Wanted {
  /** A whole pipeline in diffusers' layout, or one file that holds all of it. */
  CHECKPOINT("a checkpoint", "stabilityai/stable-diffusion-2-1", List.of()),
  /** One network with its {@code config.json}, an autoencoder for example. */
  COMPONENT("a folder with a network", "stabilityai/sd-vae-ft-mse", List.of()),
  /** What splits texts, by itself or within a pipeline. */
  TOKENIZER("a folder with vocab.json and merges.txt", "openai/clip-vit-large-patch14", List.of()),
  LORA(
      "a safetensors file, or a folder with one",
      "org/name/file.safetensors",
      List.of("pytorch_lora_weights.safetensors")),
  EMBEDDING(
      "a safetensors file, or a folder with one",
      "sd-concepts-library/cat-toy",
      List.of("learned_embeds.safetensors", "learned_embeds.bin"));

  private final String phrase;
  private final String example;
  private final List<String> usualFiles;

  Wanted(String phrase, String example, List<String> usualFiles) {
    this.phrase = phrase;
    this.example = example;
    this.usualFiles = usualFiles;
  }

  /** What to give, in words. */
  String phrase() {
    return phrase;
  }

  /** A name of such a thing. */
  String example() {
    return example;
  }

  /** The names that such a file usually has. */
  List<String> usualFiles() {
    return usualFiles;
  }
}
