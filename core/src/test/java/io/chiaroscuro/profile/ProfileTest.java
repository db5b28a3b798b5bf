package io.chiaroscuro.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Attention;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.Linear;
import io.chiaroscuro.profile.Profile.Share;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ProfileTest {

  /** Multiplications and additions as one counts them by hand. */
  @Test
  void countsOperations() {
    try (Weights weights = Weights.seeded(0, DType.FLOAT32, Device.CPU);
        Profile profile = Profile.open();
        var scope = new TensorScope()) {
      var conv = new Conv2d(weights.at("conv"), 3, 5, 3);
      var linear = new Linear(weights.at("linear"), 7, 11);
      Tensor image = Tensors.zeros(DType.FLOAT32, 2, 3, 8, 6);
      Tensor rows = Tensors.zeros(DType.FLOAT32, 4, 7);
      Tensor query = Tensors.zeros(DType.FLOAT32, 2, 10, 8);
      Tensor context = Tensors.zeros(DType.FLOAT32, 2, 6, 8);

      Profile.network(
          "net",
          () -> {
            conv.forward(image);
            linear.forward(rows);
            linear.forward(rows);
            return Attention.attend(query, context, context, 2);
          });

      assertThat(flop(profile, Operator.CONVOLUTION)).isEqualTo(2.0 * 2 * 5 * 8 * 6 * 3 * 3 * 3);
      assertThat(flop(profile, Operator.LINEAR)).isEqualTo(2 * 2.0 * 4 * 7 * 11);
      assertThat(flop(profile, Operator.ATTENTION)).isEqualTo(2 * 2.0 * 2 * 10 * 6 * 8);
      assertThat(share(profile, Operator.LINEAR).calls()).isEqualTo(2);
      assertThat(share(profile, Operator.OTHER).calls()).isEqualTo(1);
    }
  }

  /** Nothing is counted twice and nothing is lost: shares add up to the network's time. */
  @Test
  void sharesAddUp() {
    long begin = System.nanoTime();
    try (Profile profile = Profile.open()) {
      Profile.network(
          "net",
          () -> {
            Profile.network("inner", () -> Profile.operator(Operator.LINEAR, sleep(60)));
            return sleep(40).get();
          });
      assertThat(profile.shares()).extracting(Share::network).containsOnly("net");
      double whole = (System.nanoTime() - begin) / 1e9;
      assertThat(share(profile, Operator.LINEAR).seconds()).isBetween(0.06, whole - 0.04);
      assertThat(share(profile, Operator.OTHER).seconds()).isBetween(0.04, whole - 0.06);
    }
  }

  @Test
  void tellsNothingOfWhatWasOutside() {
    Profile.network("before", () -> Profile.operator(Operator.LINEAR, sleep(1)));
    try (Profile profile = Profile.open()) {
      Profile.operator(Operator.LINEAR, sleep(1));
      assertThat(profile.shares()).isEmpty();
      assertThatThrownBy(Profile::open).isInstanceOf(IllegalStateException.class);
    }
    Profile.open().close();
  }

  private static Supplier<Integer> sleep(int milliseconds) {
    return () -> {
      try {
        TimeUnit.MILLISECONDS.sleep(milliseconds);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return milliseconds;
    };
  }

  private static double flop(Profile profile, Operator operator) {
    return share(profile, operator).flop();
  }

  private static Share share(Profile profile, Operator operator) {
    List<Share> found =
        profile.shares().stream().filter(share -> share.operator() == operator).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
