package io.chiaroscuro.tensor;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element types of tensors, with the names that PyTorch and safetensors give them. */
public enum DType {
  FLOAT32(ScalarType.Float, "F32", 4),
  FLOAT16(ScalarType.Half, "F16", 2),
  BFLOAT16(ScalarType.BFloat16, "BF16", 2),
  FLOAT64(ScalarType.Double, "F64", 8),
  INT64(ScalarType.Long, "I64", 8),
  INT32(ScalarType.Int, "I32", 4),
  INT16(ScalarType.Short, "I16", 2),
  INT8(ScalarType.Char, "I8", 1),
  UINT8(ScalarType.Byte, "U8", 1),
  BOOL(ScalarType.Bool, "BOOL", 1);

  private final ScalarType torch;
  private final String safetensorsName;
  private final int byteSize;

  DType(ScalarType torch, String safetensorsName, int byteSize) {
    this.torch = torch;
    this.safetensorsName = safetensorsName;
    this.byteSize = byteSize;
  }

  public ScalarType torch() {
    return torch;
  }

  /** The name in a safetensors header, for example {@code BF16}. */
  public String safetensorsName() {
    return safetensorsName;
  }

  /** Bytes an element takes. */
  public int byteSize() {
    return byteSize;
  }

  /** Whether networks can compute in this type. */
  public boolean isFloatingPoint() {
    return this == FLOAT32 || this == FLOAT16 || this == BFLOAT16 || this == FLOAT64;
  }

  public static DType of(Tensor tensor) {
    ScalarType type = tensor.scalar_type().intern();
    return Arrays.stream(values())
        .filter(d -> d.torch == type)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No DType stands for " + type + "."));
  }

  /**
   * The type a network computes in, by its PyTorch name.
   *
   * @throws InvalidInputException unless {@code name} is float32, bfloat16 or float16
   */
  public static DType parseCompute(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "float32", "fp32" -> FLOAT32;
      case "bfloat16", "bf16" -> BFLOAT16;
      case "float16", "fp16" -> FLOAT16;
      default ->
          throw new InvalidInputException(
              "Unknown dtype '%s'; choose float32, bfloat16 or float16.".formatted(name));
    };
  }

  /** PyTorch's name, for example {@code bfloat16}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
