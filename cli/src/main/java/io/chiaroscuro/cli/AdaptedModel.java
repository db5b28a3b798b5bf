package io.chiaroscuro.cli;

import io.chiaroscuro.adapter.EmbeddingFile;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.adapter.MergedLoras;
import io.chiaroscuro.adapter.WeightedLora;
import io.chiaroscuro.hub.HubCache;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A checkpoint with the autoencoder, LoRAs and words that were asked for. */
final class AdaptedModel implements AutoCloseable {

  private final List<LearnedEmbedding> embeddings = new ArrayList<>();
  private final List<Lora> loras = new ArrayList<>();
  private final Map<String, String> facts = new LinkedHashMap<>();
  private final StableDiffusion model;
  private MergedLoras merged;

  /**
   * Loads all of it.
   *
   * @throws io.chiaroscuro.InvalidInputException if a part is missing, damaged or does not fit
   */
  AdaptedModel(ModelOptions options, VaeOptions vae, AdapterOptions adapters) {
    List<WantedLora> wantedLoras = adapters.loras();
    try {
      for (var wanted : adapters.embeddings()) {
        for (var embedding : EmbeddingFile.read(wanted.path(), wanted.token())) {
          embeddings.add(embedding);
          note("embedding", wanted.path(), LearnedEmbedding.NAME, embedding.token());
        }
      }
      for (WantedLora wanted : wantedLoras) {
        embeddings.addAll(EmbeddingFile.readBesideLora(Path.of(wanted.name())));
      }
      model =
          vae.applied(
              StableDiffusion.load(
                  options.checkpointWithTokenizer(),
                  options.device(),
                  options.dtype(),
                  embeddings));
      facts.putAll(vae.describe());
      if (adapters.mergeLoras()) {
        merge(wantedLoras);
      } else {
        attach(wantedLoras);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void attach(List<WantedLora> wantedLoras) {
    for (WantedLora wanted : wantedLoras) {
      Lora lora = LoraFile.read(Path.of(wanted.name()), model.networks());
      loras.add(lora);
      lora.attach(wanted.weight());
      note(wanted, "lora");
    }
  }

  private void merge(List<WantedLora> wantedLoras) {
    List<WeightedLora> weighted = new ArrayList<>();
    for (WantedLora wanted : wantedLoras) {
      Lora lora = LoraFile.readToMerge(Path.of(wanted.name()), model.networks());
      loras.add(lora);
      weighted.add(new WeightedLora(lora, wanted.weight()));
      note(wanted, "merged_lora");
    }
    merged = MergedLoras.merge(weighted);
  }

  StableDiffusion model() {
    return model;
  }

  /** What was put onto the checkpoint, for a picture's provenance. */
  Map<String, String> describe() {
    return facts;
  }

  private void note(WantedLora lora, String fact) {
    note(fact, Path.of(lora.name()), LoraFile.NAME, lora.weight().toString());
  }

  /**
   * Names the file alone, its folder where the file's name says nothing, or what the hub calls it.
   */
  private void note(String fact, Path file, String usualName, String detail) {
    Path absolute = file.toAbsolutePath().normalize();
    Path telling = absolute.endsWith(usualName) ? absolute.getParent() : absolute;
    String name = HubCache.repositoryOf(file).orElse(telling.getFileName().toString());
    String value = name + ":" + detail;
    facts.merge(fact, value, (first, second) -> first + ", " + second);
  }

  @Override
  public void close() {
    if (merged != null) {
      merged.close();
    }
    loras.forEach(Lora::close);
    if (model != null) { // Loading it may have failed.
      model.close();
    }
    embeddings.forEach(LearnedEmbedding::close);
  }
}
