/**
 * The signal leak: a simple model of the training latents, {@code q~(x_0)}, from which the start of
 * a generation takes its low frequencies, so that inference starts where training did.
 *
 * <p>{@link io.chiaroscuro.leak.LeakAccumulator} estimates {@link
 * io.chiaroscuro.leak.LeakStatistics} from latents; {@link io.chiaroscuro.leak.SignalLeak} samples
 * from them under {@link io.chiaroscuro.leak.LeakControls}.
 *
 * @see <a href="https://arxiv.org/abs/2309.15842">Exploiting the Signal-Leak Bias in Diffusion
 *     Models (Everaert et al., 2023)</a>
 */
package io.chiaroscuro.leak;
