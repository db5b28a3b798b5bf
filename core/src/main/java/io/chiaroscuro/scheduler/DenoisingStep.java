package io.chiaroscuro.scheduler;

import org.bytedeco.pytorch.Tensor;

/**
 * One step of a {@link DenoisingLoop}, done.
 *
 * @param index 0..total - 1
 * @param total steps of the whole trajectory
 * @param timestep the timestep that was visited
 * @param latents the latents after the step, valid until the next step is pulled
 * @param predOriginalSample the prediction of x_0 made at this step, valid as long
 */
public record DenoisingStep(
    int index, int total, double timestep, Tensor latents, Tensor predOriginalSample) {}
