package io.chiaroscuro.training.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class EmaTest {

  @Test
  void equalsDiffusersAfterEveryStep() {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard();
        var fixture = Fixture.tensors("optim/ema")) {
      Tensor path = fixture.tensor("parameters");
      Tensor expected = fixture.tensor("averages");
      Tensor parameter = path.select(0, 0).clone();
      try (var ema = new Ema(new Parameters(Map.of("p", parameter)), 0.95)) {
        for (int step = 1; step <= expected.size(0); step++) {
          parameter.copy_(path.select(0, step));
          ema.update(step);
          Fixture.assertClose(ema.tensors().get("p"), expected.select(0, step - 1), 1e-6);
        }
      }
    }
  }

  @Test
  void standsInTheParametersPlaceForAWhile() {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      Tensor parameter = Tensors.of(new float[] {1, 2}, 2);
      try (var ema = new Ema(new Parameters(Map.of("p", parameter)), 0.5)) {
        parameter.copy_(Tensors.of(new float[] {3, 4}, 2));
        ema.inPlace(() -> assertThat(Tensors.floats(parameter)).containsExactly(1, 2));
        assertThat(Tensors.floats(parameter)).containsExactly(3, 4);
        assertThat(Tensors.floats(ema.tensors().get("p"))).containsExactly(1, 2);
      }
    }
  }

  @Test
  void refusesTheAverageOfOtherParameters() {
    try (var scope = new TensorScope()) {
      var parameters = new Parameters(Map.of("p", Tensors.of(new float[] {1, 2}, 2)));
      try (var ema = new Ema(parameters, 0.5)) {
        assertThatThrownBy(() -> ema.restore(Map.of("p", Tensors.of(new float[] {1}, 1))))
            .isInstanceOf(InvalidInputException.class)
            .hasMessage(
                "The saved moving average has [1] for 'p', which is [2] here; resume with the settings it was made with.");
      }
    }
  }
}
