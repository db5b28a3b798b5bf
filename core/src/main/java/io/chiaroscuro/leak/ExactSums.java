package io.chiaroscuro.leak;

import io.chiaroscuro.tensor.Tensors;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.bytedeco.pytorch.Tensor;

/**
 * Sums whose every bit is the same in whatever order and grouping they are added up: integers of
 * 192 bits, in units of 2^-96. What is added is rounded to such units once, integers know no other
 * rounding.
 *
 * <p>Numbers below {@link #LIMIT}, and their products, may come 2^31 times before a sum overflows.
 *
 * @see <a href="https://doi.org/10.1016/j.parco.2014.04.007">Hallberg and Adcroft, An
 *     order-invariant real-to-integer conversion sum (2014)</a>
 */
final class ExactSums {

  /** A sum is an integer times 2^-96. */
  static final int FRACTION_BITS = 96;

  /** Numbers must be smaller in magnitude: 2^32. */
  static final double LIMIT = 0x1p32;

  /** How many numbers, or products, a sum may consist of: 2^31. */
  static final long MAX_COUNT = 1L << 31;

  /** Of 64 bits, in a sum. */
  static final int WORDS = 3;

  private static final double UNITS_IN_ONE = 0x1p96;
  private static final long MANTISSA = (1L << 52) - 1;

  /** Two's complement; sum i is at 3 i, 3 i + 1 and 3 i + 2, its lowest word first. */
  private final long[] words;

  /** {@code length} times zero. */
  ExactSums(int length) {
    this.words = new long[Math.multiplyExact(WORDS, length)];
  }

  /** As {@link #tensor} gave them, (length, 3), int64. */
  ExactSums(Tensor tensor) {
    this.words = Tensors.longs(tensor);
  }

  /** (length, 3), int64: the words of every sum, the lowest first. */
  Tensor tensor() {
    return Tensors.of(words, words.length / WORDS, WORDS);
  }

  void add(int i, double number) {
    double units = Math.rint(number * UNITS_IN_ONE);
    if (Math.abs(units) < 0x1p63) {
      long low = (long) units;
      add(i, low, low >> 63, low >> 63);
      return;
    }
    long bits = Double.doubleToRawLongBits(units);
    long magnitude = bits & MANTISSA | MANTISSA + 1;
    long mantissa = bits < 0 ? -magnitude : magnitude;
    int shift = Math.getExponent(units) - 52;
    long low = mantissa << shift; // Java takes the shift modulo 64.
    long high = mantissa >> 1 >> ~shift; // By 64 - shift, which may be 64.
    if (shift < 64) {
      add(i, low, high, mantissa >> 63);
    } else {
      add(i, 0, low, high);
    }
  }

  /**
   * Adds {@code a b} as two numbers, the rounded product and what rounding took off it.
   *
   * @see <a href="https://doi.org/10.1137/030601818">Ogita, Rump and Oishi, Accurate Sum and Dot
   *     Product (2005), TwoProductFMA</a>
   */
  void addProduct(int i, double a, double b) {
    double product = a * b;
    add(i, product);
    add(i, Math.fma(a, b, -product));
  }

  void add(ExactSums others) {
    for (int i = 0; i < words.length / WORDS; i++) {
      int at = WORDS * i;
      add(i, others.words[at], others.words[at + 1], others.words[at + 2]);
    }
  }

  private void add(int i, long low, long middle, long high) {
    int at = WORDS * i;
    long lowSum = words[at] + low;
    long carry = Long.compareUnsigned(lowSum, low) < 0 ? 1 : 0;
    long middleSum = words[at + 1] + middle;
    long middleCarry = Long.compareUnsigned(middleSum, middle) < 0 ? 1 : 0;
    middleSum += carry;
    middleCarry += carry == 1 && middleSum == 0 ? 1 : 0;
    words[at] = lowSum;
    words[at + 1] = middleSum;
    words[at + 2] += high + middleCarry;
  }

  /** Sum i in units of 2^-96. */
  BigInteger units(int i) {
    int at = WORDS * i;
    return new BigInteger(
        ByteBuffer.allocate(WORDS * Long.BYTES)
            .putLong(words[at + 2])
            .putLong(words[at + 1])
            .putLong(words[at])
            .array());
  }
}
