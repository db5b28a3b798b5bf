package io.chiaroscuro.training.objective;

import org.bytedeco.pytorch.Tensor;

/**
 * A batch as the network sees it, and what it is asked for. The tensors belong to the scope in
 * which the batch was made.
 *
 * @param noisyLatents x_t, (B, C, H, W), float32, where the latents lie
 * @param timesteps t, (B), int64, on the CPU
 * @param target epsilon, v or x_0, (B, C, H, W), float32, where the latents lie
 * @param weights how much each sample counts, (B), float32, where the latents lie
 */
public record NoisyBatch(Tensor noisyLatents, Tensor timesteps, Tensor target, Tensor weights) {}
