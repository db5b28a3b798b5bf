package io.chiaroscuro.cli;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.GenerationTask;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What pictures are made from beside the prompt.
 *
 * @param task closed with this object
 * @param finish what is done to finished pictures
 * @param files names of the files that went in, for a picture's provenance
 */
record ImageSource(
    GenerationTask task, Optional<UnaryOperator<RgbImage>> finish, Map<String, String> files)
    implements AutoCloseable {

  /** The picture as it is written. */
  RgbImage finished(RgbImage painted) {
    return finish.map(f -> f.apply(painted)).orElse(painted);
  }

  /** Files and settings, for a picture's provenance. */
  Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>(files);
    facts.putAll(task.describe());
    finish.ifPresent(f -> facts.put("keep_unmasked", "true"));
    return facts;
  }

  @Override
  public void close() {
    task.close();
  }
}
