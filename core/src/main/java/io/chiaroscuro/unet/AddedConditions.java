package io.chiaroscuro.unet;

import org.bytedeco.pytorch.Tensor;

/**
 * What Stable Diffusion XL's UNet is told beside the prompt's tokens, diffusers' {@code
 * added_cond_kwargs} (<a href="https://arxiv.org/abs/2307.01952">Podell et al. 2023</a>, section
 * 2.2).
 *
 * @param textEmbeds the pooled prompts (B, projectionDim), in the weights' type
 * @param timeIds sizes and places in pixels (B, n), any numeric type
 */
public record AddedConditions(Tensor textEmbeds, Tensor timeIds) {}
