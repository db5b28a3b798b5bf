package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartOfTrajectoryTest {

  private static final int BEGIN = 4;

  private static Trajectory whole(SchedulerType type) {
    Map<String, Object> fields =
        Map.of(
            "beta_schedule",
            "scaled_linear",
            "beta_start",
            0.00085,
            "beta_end",
            0.012,
            "clip_sample",
            false,
            "skip_prk_steps",
            true);
    return Scheduler.of(SchedulerConfig.of(type, fields)).start(10);
  }

  @ParameterizedTest
  @EnumSource
  void isTheEndOfTheWhole(SchedulerType type) {
    try (Trajectory whole = whole(type);
        Trajectory rest = whole(type).from(BEGIN)) {
      double[] timesteps = whole.timesteps();
      assertThat(rest.timesteps())
          .containsExactly(Arrays.copyOfRange(timesteps, BEGIN, timesteps.length));
      assertThat(rest.length()).isEqualTo(whole.length() - BEGIN);
      assertThat(rest.noiseLevel(0)).isEqualTo(whole.noiseLevel(BEGIN));
    }
  }

  @ParameterizedTest
  @EnumSource
  void isTheBeginningOfTheWhole(SchedulerType type) {
    try (Trajectory whole = whole(type);
        Trajectory beginning = whole(type).until(BEGIN)) {
      assertThat(beginning.timesteps()).containsExactly(Arrays.copyOf(whole.timesteps(), BEGIN));
      assertThat(beginning.length()).isEqualTo(BEGIN);
      assertThat(beginning.noiseLevel(BEGIN - 1)).isEqualTo(whole.noiseLevel(BEGIN - 1));
    }
  }

  /** The network that knows the only picture there is leads to it from anywhere. */
  @Test
  void findsThePictureFromMidway() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1)) {
      Tensor picture = generator.randn(1, 2, 3, 3);
      Tensor noise = generator.randn(1, 2, 3, 3);
      Trajectory rest = whole(SchedulerType.EULER).from(BEGIN);
      Tensor start = rest.initialLatents(noise, picture);
      NoiseLevel level = rest.noiseLevel(0);
      Fixture.assertClose(start.sub(picture).div(new Scalar(level.noiseRate())), noise, 1e-5);
      try (var loop = new DenoisingLoop(rest, (x, t) -> noise.clone(), start, generator)) {
        loop.forEach(step -> {});
        Fixture.assertClose(loop.latents(), picture, 1e-5);
      }
    }
  }

  @Test
  void beginsAndEndsSomewhereOnTheWay() {
    try (Trajectory whole = whole(SchedulerType.DDIM)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> whole.from(10))
          .withMessageContaining("10 steps");
      assertThatIllegalArgumentException().isThrownBy(() -> whole.until(0));
      assertThatIllegalArgumentException().isThrownBy(() -> whole.until(11));
    }
  }
}
