package io.chiaroscuro.training.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * All that a run needs to go on as if it had never stopped.
 *
 * @param tensors named tensors by file: {@code weights}, {@code optimizer}, {@code ema} each become
 *     {@code NAME.safetensors}; they stay the caller's
 * @param facts what is no tensor: the random generators' states in base64, the position in the data
 */
public record TrainingState(Map<String, Map<String, Tensor>> tensors, ObjectNode facts) {}
