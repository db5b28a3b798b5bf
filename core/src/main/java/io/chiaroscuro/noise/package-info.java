/**
 * What is added to latents in training: white noise as in the paper, or noise with more of its
 * power in the long waves, from which a network learns to move an image's brightness.
 *
 * <p>{@link io.chiaroscuro.noise.NoiseConfig} holds the settings under the names that trainers give
 * them; {@link io.chiaroscuro.noise.TrainingNoise} draws.
 */
package io.chiaroscuro.noise;
