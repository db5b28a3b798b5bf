package io.chiaroscuro.pipeline;

import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The leaks of pictures that are made together, each from its own seed.
 *
 * @param leak what they are drawn from
 * @param seeds one a picture
 */
public record SeededLeak(SignalLeak leak, List<Long> seeds) {

  public SeededLeak {
    seeds = List.copyOf(seeds);
  }

  /** {@link SignalLeak#sample} for each seed: (B, C, h, w). */
  public Tensor sample() {
    try (var scope = new TensorScope()) {
      TensorVector leaks = new TensorVector();
      for (long seed : seeds) {
        try (var generator = new SeededGenerator(seed)) {
          leaks.push_back(leak.sample(generator, 1));
        }
      }
      return scope.keep(torch.cat(leaks));
    }
  }

  /**
   * {@link SignalLeak#sampleInto} for each seed.
   *
   * @param original latents of pictures, (B, C, h, w)
   */
  public Tensor sampleInto(Tensor original) {
    try (var scope = new TensorScope()) {
      TensorVector leaks = new TensorVector();
      for (int i = 0; i < seeds.size(); i++) {
        try (var generator = new SeededGenerator(seeds.get(i))) {
          leaks.push_back(leak.sampleInto(original.narrow(0, i, 1), generator));
        }
      }
      return scope.keep(torch.cat(leaks));
    }
  }
}
