package io.chiaroscuro.training.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.optim.LearningRate.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LearningRateTest {

  @ParameterizedTest
  @EnumSource(Schedule.class)
  void equalsDiffusersAtEveryStep(Schedule schedule) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("optim/learning_rates")) {
      double[] expected = Tensors.doubles(fixture.tensor(schedule.toString()));
      var rate = new LearningRate(schedule, 3e-4, 7, 40);
      for (int step = 0; step < expected.length; step++) {
        assertThat(rate.at(step)).as("step %d", step).isCloseTo(expected[step], within(1e-15));
      }
    }
  }

  @Test
  void refusesWhatIsNoRate() {
    assertThatThrownBy(() -> LearningRate.constant(Double.NaN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("The learning rate is NaN; give a positive number.");
    assertThatThrownBy(() -> new LearningRate(Schedule.LINEAR, 1, 11, 10))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("lr_warmup_steps is 11; give 0 to the 10 steps of the run.");
    assertThatThrownBy(() -> Schedule.parse("sinus"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "There is no lr_scheduler 'sinus'; choose constant, constant_with_warmup, linear, cosine.");
  }
}
