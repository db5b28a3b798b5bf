package io.chiaroscuro.training.subject;

import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.util.List;

/**
 * Pictures to learn from.
 *
 * @param posterior of their latents, (B, C, h, w), unscaled
 * @param captions of them, in that order; empty where they were dropped
 */
public record LatentBatch(DiagonalGaussianDistribution posterior, List<String> captions) {}
