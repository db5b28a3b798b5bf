package io.chiaroscuro.noise;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * More noise in the network's input than it is asked for: {@code x_t} holds {@code eps + gamma xi}
 * with {@code xi ~ N(0, I)}, while the target is made of {@code eps} (<a
 * href="https://arxiv.org/abs/2301.11706">Ning et al., 2023</a>).
 *
 * @param ipNoiseGamma gamma, at least 0; 0 for none, 0.1 in the paper
 */
public record InputPerturbation(double ipNoiseGamma) {

  public InputPerturbation {
    if (!(ipNoiseGamma >= 0 && Double.isFinite(ipNoiseGamma))) {
      throw new InvalidInputException(
          "ip_noise_gamma is %s; give 0 (none) or a positive number, such as 0.1."
              .formatted(ipNoiseGamma));
    }
  }

  /**
   * {@code noise + gamma randn}; draws nothing where gamma is 0.
   *
   * @param noise eps, (B, C, H, W)
   */
  public Tensor perturb(Tensor noise, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          ipNoiseGamma == 0
              ? new Tensor(noise)
              : noise.add(Draws.randnLike(noise, generator).mul(new Scalar(ipNoiseGamma))));
    }
  }
}
