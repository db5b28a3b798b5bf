package io.chiaroscuro.scheduler;

import org.bytedeco.pytorch.Tensor;

/** The network, seen from a sampler: prompt, guidance and whatever else it needs are inside. */
@FunctionalInterface
public interface Denoiser {

  /**
   * @param scaledSample the noisy sample in the scaling that the network was trained in
   * @param timestep 0 (clean) .. numTrainTimesteps - 1 (noise); Euler's may lie between integers
   * @return the model's output, of the sample's shape
   */
  Tensor denoise(Tensor scaledSample, double timestep);
}
