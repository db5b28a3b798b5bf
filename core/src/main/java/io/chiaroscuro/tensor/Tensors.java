package io.chiaroscuro.tensor;

import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Between Java's arrays and libtorch's tensors, as {@code Arrays} is between arrays and lists. */
public final class Tensors {

  private Tensors() {}

  /** A float32 tensor on the CPU holding a copy of {@code values}, row-major. */
  public static Tensor of(float[] values, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(copied(new FloatPointer(values), values.length, DType.FLOAT32, shape));
    }
  }

  /** A float64 tensor on the CPU holding a copy of {@code values}, row-major. */
  public static Tensor of(double[] values, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(copied(new DoublePointer(values), values.length, DType.FLOAT64, shape));
    }
  }

  /** An int64 tensor on the CPU holding a copy of {@code values}, row-major. */
  public static Tensor of(long[] values, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(copied(new LongPointer(values), values.length, DType.INT64, shape));
    }
  }

  /** A uint8 tensor on the CPU holding a copy of {@code values}, row-major. */
  public static Tensor of(byte[] values, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(copied(new BytePointer(values), values.length, DType.UINT8, shape));
    }
  }

  public static Tensor zeros(DType dtype, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(torch.zeros(shape, new TensorOptions(dtype.torch())));
    }
  }

  /** All elements, row-major, converted to float. */
  public static float[] floats(Tensor tensor) {
    try (var scope = new TensorScope()) {
      Tensor host = host(tensor, DType.FLOAT32);
      float[] values = new float[Math.toIntExact(host.numel())];
      if (values.length > 0) { // The bytes of none are nowhere: a null pointer.
        new FloatPointer(host.data_ptr()).get(values);
      }
      return values;
    }
  }

  /** All elements, row-major, converted to double. */
  public static double[] doubles(Tensor tensor) {
    try (var scope = new TensorScope()) {
      Tensor host = host(tensor, DType.FLOAT64);
      double[] values = new double[Math.toIntExact(host.numel())];
      if (values.length > 0) { // The bytes of none are nowhere: a null pointer.
        new DoublePointer(host.data_ptr()).get(values);
      }
      return values;
    }
  }

  /** All elements, row-major, converted to long. */
  public static long[] longs(Tensor tensor) {
    try (var scope = new TensorScope()) {
      Tensor host = host(tensor, DType.INT64);
      long[] values = new long[Math.toIntExact(host.numel())];
      if (values.length > 0) { // The bytes of none are nowhere: a null pointer.
        new LongPointer(host.data_ptr()).get(values);
      }
      return values;
    }
  }

  public static long[] shape(Tensor tensor) {
    try (var scope = new TensorScope()) {
      LongArrayRef sizes = tensor.sizes();
      long[] shape = new long[Math.toIntExact(sizes.size())];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = sizes.get(i);
      }
      return shape;
    }
  }

  /** The tensor on {@code device} in {@code dtype}; the same storage where nothing changes. */
  public static Tensor to(Tensor tensor, Device device, DType dtype) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          tensor.to(device.torch(), dtype.torch(), false, false, new MemoryFormatOptional()));
    }
  }

  /** Whether no element is NaN or infinite. */
  public static boolean isFinite(Tensor tensor) {
    try (var scope = new TensorScope()) {
      return torch.isfinite(tensor).all().item_bool();
    }
  }

  private static Tensor copied(Pointer values, long count, DType dtype, long[] shape) {
    long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (elements != count) {
      throw new IllegalArgumentException(
          "%d values do not fill the shape %s.".formatted(count, Arrays.toString(shape)));
    }
    return torch.from_blob(values, shape, new TensorOptions(dtype.torch())).clone();
  }

  private static Tensor host(Tensor tensor, DType dtype) {
    return to(tensor, Device.CPU, dtype).contiguous();
  }
}
