package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.training.subject.InitialWeights;
import java.util.Set;
import picocli.CommandLine.Option;

/** {@code --from-scratch}. */
final class FromScratchOption {

  @Option(
      names = "--from-scratch",
      description = {
        "Begin with random weights: of what is trained the checkpoint needs only the configuration,",
        "and the tokenizer."
      })
  private boolean fromScratch;

  Checkpoint begun(Checkpoint checkpoint, Set<Component> trained, long seed) {
    return fromScratch ? InitialWeights.of(checkpoint, trained, seed) : checkpoint;
  }
}
