package io.chiaroscuro.pipeline;

import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The leaks of pictures that are made together, each from its own seed.
 *
 * @param leaks what they are drawn from, one a picture
 * @param seeds likewise
 */
public record SeededLeak(List<SignalLeak> leaks, List<Long> seeds) {

  public SeededLeak {
    leaks = List.copyOf(leaks);
    seeds = List.copyOf(seeds);
    if (leaks.size() != seeds.size()) {
      throw new IllegalArgumentException(
          "%d leaks have %d seeds.".formatted(leaks.size(), seeds.size()));
    }
  }

  /** All drawn from one leak. */
  public SeededLeak(SignalLeak leak, List<Long> seeds) {
    this(Collections.nCopies(seeds.size(), leak), seeds);
  }

  /** {@link SignalLeak#sample} for each seed: (B, C, h, w). */
  public Tensor sample() {
    try (var scope = new TensorScope()) {
      TensorVector samples = new TensorVector();
      for (int i = 0; i < seeds.size(); i++) {
        try (var generator = new SeededGenerator(seeds.get(i))) {
          samples.push_back(leaks.get(i).sample(generator, 1));
        }
      }
      return scope.keep(torch.cat(samples));
    }
  }

  /**
   * {@link SignalLeak#sampleInto} for each seed.
   *
   * @param original latents of pictures, (B, C, h, w)
   */
  public Tensor sampleInto(Tensor original) {
    try (var scope = new TensorScope()) {
      TensorVector samples = new TensorVector();
      for (int i = 0; i < seeds.size(); i++) {
        try (var generator = new SeededGenerator(seeds.get(i))) {
          samples.push_back(leaks.get(i).sampleInto(original.narrow(0, i, 1), generator));
        }
      }
      return scope.keep(torch.cat(samples));
    }
  }
}
