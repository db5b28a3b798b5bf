package io.chiaroscuro.nn;

import org.bytedeco.pytorch.Tensor;

/** A tensor in, a tensor out. */
@FunctionalInterface
public interface Layer {

  /** The result is kept in the caller's scope; {@code x} stays as it was. */
  Tensor forward(Tensor x);
}
