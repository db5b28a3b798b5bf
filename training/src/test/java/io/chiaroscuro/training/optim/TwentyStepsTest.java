package io.chiaroscuro.training.optim;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.noise.NoiseConfig;
import io.chiaroscuro.scheduler.PredictionType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.objective.DiffusionObjective;
import io.chiaroscuro.training.objective.NoisyBatch;
import io.chiaroscuro.training.objective.ObjectiveConfig;
import io.chiaroscuro.training.objective.SmallUNet;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Twenty steps of AdamW against PyTorch's, on diffusers' training example. */
class TwentyStepsTest {

  /** Relative, of each step's loss and of how far each parameter has come. */
  private static final double TOLERANCE = 3e-4;

  private static final int STEPS = 20;
  private static final double LEARNING_RATE = 1e-3;

  @Test
  void followsPyTorch() {
    var config =
        ObjectiveConfig.DEFAULTS.withNoise(NoiseConfig.WHITE.withNoiseOffset(0.1)).withSnrGamma(5);
    var objective =
        new DiffusionObjective(SmallUNet.schedule(false), PredictionType.EPSILON, config);
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("objective/twenty_steps");
        var unet = new SmallUNet();
        var generator = new SeededGenerator(SmallUNet.NOISE_SEED)) {
      var parameters = new Parameters(unet.parameters());
      Map<String, Tensor> start = new TreeMap<>();
      unet.parameters().forEach((name, p) -> start.put(name, p.detach().clone()));
      double[] losses = new double[STEPS];
      try (var optimizer = new AdamW(parameters, AdamWConfig.DEFAULT)) {
        for (int step = 0; step < STEPS; step++) {
          NoisyBatch batch = objective.noised(fixture.tensor("latents"), generator);
          Tensor prediction =
              unet.model().forward(batch.noisyLatents(), batch.timesteps(), fixture.tensor("text"));
          Tensor loss = objective.loss(prediction, batch);
          losses[step] = loss.item_double();
          loss.backward();
          optimizer.step(LEARNING_RATE);
          parameters.zeroGrad();
        }
      }
      assertClose(Tensors.of(losses, STEPS), fixture.tensor("losses"), TOLERANCE);
      Tensor expected = fixture.tensor("changes");
      assertThat(expected.size(0)).isEqualTo(start.size());
      int row = 0;
      for (Map.Entry<String, Tensor> parameter : unet.parameters().entrySet()) {
        String name = parameter.getKey();
        Tensor change = parameter.getValue().detach().sub(start.get(name));
        Tensor sketch = SmallUNet.sketch(name, change);
        assertThat(Fixture.relativeError(sketch, expected.select(0, row++)))
            .as("change of " + name)
            .isLessThan(TOLERANCE);
      }
    }
  }
}
