package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DenoisingLoopTest {

  private static Scheduler scheduler(SchedulerType type) {
    return Scheduler.of(SchedulerConfig.of(type, Map.of("original_inference_steps", 200)));
  }

  private static Tensor halve(Tensor x, double timestep) {
    return x.mul(new Scalar(0.5));
  }

  @Test
  void computesNothingBeforeAStepIsPulled() {
    var calls = new AtomicInteger();
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Trajectory trajectory = scheduler(SchedulerType.DDIM).start(5);
      Denoiser counting =
          (x, t) -> {
            calls.incrementAndGet();
            return halve(x, t);
          };
      Tensor initial = trajectory.initialLatents(generator.randn(1, 4, 8, 8));
      try (var loop = new DenoisingLoop(trajectory, counting, initial, generator)) {
        assertThat(calls).hasValue(0);
        assertThat(Tensors.floats(loop.latents())).containsExactly(Tensors.floats(initial));
        DenoisingStep step = loop.next();
        assertThat(calls).hasValue(1);
        assertThat(step.index()).isZero();
        assertThat(step.total()).isEqualTo(5);
        assertThat(step.timestep()).isEqualTo(800);
        assertThat(Tensors.isFinite(step.predOriginalSample())).isTrue();
      }
      assertThat(calls).as("closing cancels").hasValue(1);
      assertThat(Tensors.isFinite(initial)).as("the caller's latents live on").isTrue();
    }
  }

  @Test
  void endsAfterTheLastStep() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Trajectory trajectory = scheduler(SchedulerType.EULER).start(4);
      Tensor initial = trajectory.initialLatents(generator.randn(1, 4, 8, 8));
      List<Integer> indices = new ArrayList<>();
      try (var loop = new DenoisingLoop(trajectory, DenoisingLoopTest::halve, initial, generator)) {
        for (DenoisingStep step : loop) {
          indices.add(step.index());
        }
        assertThat(indices).containsExactly(0, 1, 2, 3);
        assertThatThrownBy(loop::next).isInstanceOf(NoSuchElementException.class);
      }
    }
  }

  @Test
  void namesTheStepAtWhichTheModelFails() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Trajectory trajectory = scheduler(SchedulerType.DDIM).start(5);
      Tensor initial = trajectory.initialLatents(generator.randn(1, 4, 8, 8));
      Denoiser failing = (x, t) -> x.mul(new Scalar(t < 500 ? Double.NaN : 0.5));
      try (var loop = new DenoisingLoop(trajectory, failing, initial, generator)) {
        loop.next();
        loop.next();
        assertThatThrownBy(loop::next)
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("step 3 of 5 (timestep 400)")
            .hasMessageContaining("--dtype float32");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SchedulerType.class)
  void keepsTheModelsType(SchedulerType type) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Trajectory trajectory = scheduler(type).start(10);
      Tensor initial =
          trajectory.initialLatents(generator.randn(1, 4, 8, 8)).to(DType.BFLOAT16.torch());
      try (var loop = new DenoisingLoop(trajectory, DenoisingLoopTest::halve, initial, generator)) {
        loop.forEachRemaining(
            step -> assertThat(DType.of(step.latents())).isEqualTo(DType.BFLOAT16));
        assertThat(Tensors.isFinite(loop.latents())).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SchedulerType.class)
  void memoryStaysFlatOverAHundredSteps(SchedulerType type) {
    // 2 MiB a tensor: were one of them kept at each step, 100 steps would take 225 MiB more.
    long mebi = 1 << 20;
    try (var generator = new SeededGenerator(3)) {
      long before = 0;
      long after = 0;
      try (var scope = new TensorScope()) {
        Trajectory trajectory = scheduler(type).start(120);
        Tensor initial = trajectory.initialLatents(generator.randn(1, 4, 384, 384));
        try (var loop =
            new DenoisingLoop(trajectory, DenoisingLoopTest::halve, initial, generator)) {
          for (DenoisingStep step : loop) {
            if (step.index() == 10) {
              before = Pointer.physicalBytes();
            } else if (step.index() == 110) {
              after = Pointer.physicalBytes();
            }
          }
        }
      }
      assertThat(before).isPositive();
      assertThat((after - before) / mebi).as("MiB more after 100 steps").isLessThan(150);
    }
  }

  @ParameterizedTest
  @EnumSource(SchedulerType.class)
  void leavesNothingBehind(SchedulerType type) {
    try (var generator = new SeededGenerator(3)) {
      long before = Pointer.totalCount();
      try (var scope = new TensorScope()) {
        Trajectory trajectory = scheduler(type).start(20);
        Tensor initial = trajectory.initialLatents(generator.randn(1, 4, 8, 8));
        try (var loop =
            new DenoisingLoop(trajectory, DenoisingLoopTest::halve, initial, generator)) {
          for (int i = 0; i < 7; i++) {
            loop.next();
          }
        }
      }
      assertThat(Pointer.totalCount()).as("native objects alive").isLessThanOrEqualTo(before);
    }
  }
}
