package io.chiaroscuro.server.model;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.demo.EmbeddedModel;
import java.nio.file.Path;

/**
 * A model that the server offers.
 *
 * @param name by which clients ask for it
 * @param checkpoint with a tokenizer
 */
public record ServedModel(String name, Checkpoint checkpoint) {

  /** The model inside Chiaroscuro, by the name of its folder. */
  public static ServedModel embedded() {
    Path folder = EmbeddedModel.ofThisBuild().checkpoint();
    return new ServedModel(folder.getFileName().toString(), Checkpoint.open(folder));
  }
}
