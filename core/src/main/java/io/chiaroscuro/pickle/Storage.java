package io.chiaroscuro.pickle;

import io.chiaroscuro.tensor.DType;
import java.util.Map;
import java.util.Optional;

/**
 * The elements behind one or several tensors.
 *
 * @param type the word for their type, for example {@code HalfStorage}
 * @param key names the archive's record that holds them
 * @param count how many they are
 */
record Storage(String type, String key, long count) {

  private static final Map<String, DType> TYPES =
      Map.of(
          "FloatStorage", DType.FLOAT32,
          "HalfStorage", DType.FLOAT16,
          "BFloat16Storage", DType.BFLOAT16,
          "DoubleStorage", DType.FLOAT64,
          "LongStorage", DType.INT64,
          "IntStorage", DType.INT32,
          "ShortStorage", DType.INT16,
          "CharStorage", DType.INT8,
          "ByteStorage", DType.UINT8,
          "BoolStorage", DType.BOOL);

  /** Empty for types that are not computed with here. */
  Optional<DType> dtype() {
    return Optional.ofNullable(TYPES.get(type));
  }
}
