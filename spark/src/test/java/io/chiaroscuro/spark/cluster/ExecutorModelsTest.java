package io.chiaroscuro.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.spark.cluster.ExecutorModels.Lease;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExecutorModelsTest {

  private static final class Model implements AutoCloseable {
    boolean closed;

    @Override
    public void close() {
      closed = true;
    }
  }

  private final AtomicInteger openings = new AtomicInteger();

  private Lease<Model> lease(String key) {
    return ExecutorModels.lease(
        key,
        () -> {
          openings.incrementAndGet();
          return new Model();
        });
  }

  @AfterEach
  void closeAll() {
    ExecutorModels.closeIdle();
  }

  @Test
  void isOpenedOnceForAllTasksAndStaysOpenForTheNext() {
    Model model;
    try (var first = lease("a");
        var second = lease("a")) {
      model = first.model();
      assertThat(second.model()).isSameAs(model);
    }
    try (var third = lease("a")) {
      assertThat(third.model()).isSameAs(model);
    }
    assertThat(openings).hasValue(1);
    assertThat(model.closed).isFalse();
  }

  @Test
  void makesRoomForAnotherOnlyWhenNoTaskUsesIt() {
    var first = lease("a");
    try (var second = lease("b")) {
      assertThat(first.model().closed).isFalse();
      first.close();
      first.close();
      try (var third = lease("c")) {
        assertThat(third.model().closed).isFalse();
        assertThat(second.model().closed).isFalse();
      }
    }
    assertThat(first.model().closed).isTrue();
  }

  @Test
  void whatCannotBeOpenedIsTriedAgain() {
    assertThatThrownBy(
            () ->
                ExecutorModels.<Model>lease(
                    "a",
                    () -> {
                      throw new InvalidInputException("Not today.");
                    }))
        .hasMessage("Not today.");
    try (var model = lease("a")) {
      assertThat(model.model().closed).isFalse();
    }
  }
}
