package io.chiaroscuro.nn;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The non-linearities that configurations name. */
public enum Activation {
  /** {@code x sigmoid(x)}, also called swish. */
  SILU {
    @Override
    public Tensor forward(Tensor x) {
      try (var scope = new TensorScope()) {
        return scope.keep(Profile.operator(Operator.ACTIVATION, () -> torch.silu(x)));
      }
    }
  },
  /** {@code max(x, 0)}. */
  RELU {
    @Override
    public Tensor forward(Tensor x) {
      try (var scope = new TensorScope()) {
        return scope.keep(Profile.operator(Operator.ACTIVATION, () -> torch.relu(x)));
      }
    }
  },
  /** {@code x Phi(x)} with the exact normal distribution function. */
  GELU {
    @Override
    public Tensor forward(Tensor x) {
      try (var scope = new TensorScope()) {
        return scope.keep(Profile.operator(Operator.ACTIVATION, () -> torch.gelu(x)));
      }
    }
  },
  /** {@code x sigmoid(1.702 x)}, the approximation the first CLIP models were trained with. */
  QUICK_GELU {
    @Override
    public Tensor forward(Tensor x) {
      try (var scope = new TensorScope()) {
        return scope.keep(
            Profile.operator(
                Operator.ACTIVATION, () -> x.mul(torch.sigmoid(x.mul(new Scalar(1.702))))));
      }
    }
  };

  /** Element by element, shape and type unchanged. */
  public abstract Tensor forward(Tensor x);

  /** The activation of that name in a configuration, {@code quick_gelu} for example. */
  @JsonCreator
  public static Activation parse(String name) {
    if (name.equals("swish")) {
      return SILU;
    }
    return Arrays.stream(values())
        .filter(activation -> activation.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "activation '%s' is not supported; only %s are."
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(Activation::toString)
                                .collect(Collectors.joining(", ")))));
  }

  /** The name in a configuration. */
  @Override
  @JsonValue
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
