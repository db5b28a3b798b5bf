package io.chiaroscuro.training.run;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one step of the optimizer did.
 *
 * @param step how many were done, this one included
 * @param loss mean over its batches and processes
 * @param learningRate it was taken with
 * @param gradNorm of the gradients before clipping
 * @param imagesPerSecond of all processes together
 */
public record TrainingStep(
    long step, double loss, double learningRate, double gradNorm, double imagesPerSecond) {

  Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("loss", loss);
    metrics.put("lr", learningRate);
    metrics.put("grad_norm", gradNorm);
    metrics.put("images_per_second", imagesPerSecond);
    return metrics;
  }
}
