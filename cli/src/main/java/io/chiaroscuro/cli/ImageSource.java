package io.chiaroscuro.cli;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.GenerationTask;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What pictures are made from beside the prompt.
 *
 * @param task closed with this object
 * @param finish what is done to finished pictures
 * @param describe files and settings, for a picture's provenance
 */
record ImageSource(
    GenerationTask task, Optional<UnaryOperator<RgbImage>> finish, Map<String, String> describe)
    implements AutoCloseable {

  /** The picture as it is written. */
  RgbImage finished(RgbImage painted) {
    return finish.map(f -> f.apply(painted)).orElse(painted);
  }

  @Override
  public void close() {
    task.close();
  }
}
