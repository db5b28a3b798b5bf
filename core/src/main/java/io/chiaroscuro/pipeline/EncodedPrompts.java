package io.chiaroscuro.pipeline;

import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Prompts as networks read them.
 *
 * @param hiddenStates a vector for each token, (B, N, length)
 * @param pooled a vector for each prompt, (B, length); where a text encoder projects one
 */
public record EncodedPrompts(Tensor hiddenStates, Optional<Tensor> pooled) {

  /** Lets the tensors outlive {@code scope}. */
  EncodedPrompts kept(TensorScope scope) {
    scope.keep(hiddenStates);
    pooled.ifPresent(scope::keep);
    return this;
  }

  /** One encoding of the same prompts by several encoders: the vectors of a token joined. */
  static EncodedPrompts joined(List<EncodedPrompts> encodings) {
    try (var scope = new TensorScope()) {
      TensorVector states = new TensorVector();
      encodings.forEach(encoding -> states.push_back(encoding.hiddenStates));
      return new EncodedPrompts(
          scope.keep(torch.cat(states, -1)),
          encodings.stream().flatMap(encoding -> encoding.pooled.stream()).findFirst());
    }
  }

  /** The same number of prompts that say nothing at all. */
  EncodedPrompts zeros() {
    try (var scope = new TensorScope()) {
      return new EncodedPrompts(
          scope.keep(torch.zeros_like(hiddenStates)),
          pooled.map(p -> scope.keep(torch.zeros_like(p))));
    }
  }

  /** These prompts {@code times} over. */
  EncodedPrompts repeated(long times) {
    try (var scope = new TensorScope()) {
      return new EncodedPrompts(
          scope.keep(hiddenStates.repeat(times, 1, 1)),
          pooled.map(p -> scope.keep(p.repeat(times, 1))));
    }
  }

  /** These prompts, then {@code others}, which the same encoders have read. */
  EncodedPrompts then(EncodedPrompts others) {
    try (var scope = new TensorScope()) {
      return new EncodedPrompts(
          scope.keep(torch.cat(new TensorVector(hiddenStates, others.hiddenStates))),
          pooled.map(p -> scope.keep(torch.cat(new TensorVector(p, others.pooled.orElseThrow())))));
    }
  }
}
