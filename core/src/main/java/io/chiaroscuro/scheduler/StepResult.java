package io.chiaroscuro.scheduler;

import org.bytedeco.pytorch.Tensor;

/**
 * What one step of a sampler yields; both tensors have the sample's shape and belong to the
 * caller's scope, or to the caller where there is none.
 *
 * @param prevSample the sample at the next, less noisy timestep
 * @param predOriginalSample the prediction of x_0 made at this step, for previews
 */
public record StepResult(Tensor prevSample, Tensor predOriginalSample) {}
