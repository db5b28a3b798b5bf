package io.chiaroscuro.cli;

import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A checkpoint with the LoRAs and words that were asked for. */
final class AdaptedModel implements AutoCloseable {

  private final List<LearnedEmbedding> embeddings = new ArrayList<>();
  private final List<Lora> loras = new ArrayList<>();
  private final Map<String, String> facts = new LinkedHashMap<>();
  private final StableDiffusion model;

  /**
   * Loads all of it.
   *
   * @throws io.chiaroscuro.InvalidInputException if a part is missing, damaged or does not fit
   */
  AdaptedModel(ModelOptions options, AdapterOptions adapters) {
    var wantedLoras = adapters.loras();
    try {
      for (var wanted : adapters.embeddings()) {
        LearnedEmbedding embedding = LearnedEmbedding.read(wanted.path(), wanted.token());
        embeddings.add(embedding);
        note("embedding", wanted.path(), LearnedEmbedding.NAME, embedding.token());
      }
      model =
          StableDiffusion.load(
              options.checkpointWithTokenizer(), options.device(), options.dtype(), embeddings);
      for (var wanted : wantedLoras) {
        Lora lora = LoraFile.read(wanted.path(), model.networks());
        loras.add(lora);
        lora.attach(wanted.weight());
        note("lora", wanted.path(), LoraFile.NAME, String.valueOf(wanted.weight()));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  StableDiffusion model() {
    return model;
  }

  /** What was put onto the checkpoint, for a picture's provenance. */
  Map<String, String> describe() {
    return facts;
  }

  /** Names the file alone, or its folder where the file's name says nothing. */
  private void note(String fact, Path file, String usualName, String detail) {
    Path absolute = file.toAbsolutePath().normalize();
    Path telling = absolute.endsWith(usualName) ? absolute.getParent() : absolute;
    String value = telling.getFileName() + ":" + detail;
    facts.merge(fact, value, (first, second) -> first + ", " + second);
  }

  @Override
  public void close() {
    loras.forEach(Lora::close);
    if (model != null) { // Loading it may have failed.
      model.close();
    }
    embeddings.forEach(LearnedEmbedding::close);
  }
}
