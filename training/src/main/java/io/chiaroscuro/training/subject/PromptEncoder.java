package io.chiaroscuro.training.subject;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Captions as the UNet takes them. */
@FunctionalInterface
public interface PromptEncoder {

  /**
   * @return (B, N, hiddenSize), kept in the caller's scope
   */
  Tensor encode(List<String> captions);
}
