package io.chiaroscuro.leak;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.TensorScope;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactSumsTest {

  private static final BigDecimal UNITS_IN_ONE = new BigDecimal(BigInteger.ONE.shiftLeft(96));

  /** By decimal arithmetic of any precision, to the nearest, ties to even. */
  private static BigInteger units(BigDecimal number) {
    return number.multiply(UNITS_IN_ONE).setScale(0, RoundingMode.HALF_EVEN).toBigIntegerExact();
  }

  /** Of either sign, of every magnitude from 2^-130 to 2^32. */
  private static double number(Random random) {
    int exponent = random.nextInt(162) - 130;
    double number = Math.scalb(1 + random.nextDouble(), exponent);
    return random.nextBoolean() ? number : -number;
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -0.0,
        1,
        -1,
        0x1p-96,
        -0x1p-96,
        0x1p-97,
        0x1.8p-96,
        0x1p-200,
        Double.MIN_VALUE,
        -0x1p-33,
        0x1p-33,
        0x1.fffffffffffffp-34,
        0x1.fffffffffffffp31,
        -0x1.fffffffffffffp31,
        0x1.fffffffffffffp63,
        -0x1p63,
        0x1p31,
        0x1p-32,
        -0x1p-32,
        -0x1.0000000000001p-32
      })
  void aSumOfOneIsTheNumber(double number) {
    ExactSums sums = new ExactSums(3);
    sums.add(1, number);
    assertThat(sums.units(1)).isEqualTo(units(new BigDecimal(number)));
    assertThat(sums.units(0)).isZero();
    assertThat(sums.units(2)).isZero();
  }

  @Test
  void sumsEqualDecimalArithmetic() {
    Random random = new Random(7);
    ExactSums sums = new ExactSums(1);
    BigInteger expected = BigInteger.ZERO;
    for (int i = 0; i < 100_000; i++) {
      double number = number(random);
      sums.add(0, number);
      expected = expected.add(units(new BigDecimal(number)));
      assertThat(sums.units(0)).isEqualTo(expected);
    }
  }

  @Test
  void sumsOfProductsEqualDecimalArithmetic() {
    Random random = new Random(8);
    for (int i = 0; i < 100_000; i++) {
      double a = number(random);
      double b = number(random);
      ExactSums sums = new ExactSums(1);
      sums.addProduct(0, a, b);
      BigInteger error =
          sums.units(0).subtract(units(new BigDecimal(a).multiply(new BigDecimal(b))));
      // Two numbers make the product, each is rounded.
      assertThat(error.abs()).isLessThanOrEqualTo(BigInteger.ONE);
    }
  }

  @Test
  void productsOfWholeNumbersLoseNothing() {
    ExactSums sums = new ExactSums(1);
    double large = 0x1p32 - 1;
    sums.addProduct(0, large, large);
    sums.addProduct(0, -large, large - 1);
    assertThat(sums.units(0)).isEqualTo(units(new BigDecimal(large)));
  }

  @Test
  void theLargestSumFits() {
    // 2^31 products of the largest numbers, by doubling.
    double largest = Math.nextDown(ExactSums.LIMIT);
    ExactSums sums = new ExactSums(1);
    sums.addProduct(0, largest, -largest);
    BigInteger one = sums.units(0);
    for (int doubling = 0; doubling < 31; doubling++) {
      try (var scope = new TensorScope()) {
        sums.add(new ExactSums(sums.tensor()));
      }
    }
    assertThat(sums.units(0)).isEqualTo(one.shiftLeft(31));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyOrderAndGroupingGiveTheSameBits(long seed) {
    Random random = new Random(seed);
    List<Double> numbers = new ArrayList<>();
    ExactSums expected = new ExactSums(1);
    for (int i = 0; i < 1000; i++) {
      double number = number(random);
      numbers.add(number);
      expected.add(0, number);
    }
    for (int turn = 0; turn < 20; turn++) {
      Collections.shuffle(numbers, random);
      List<ExactSums> parts = new ArrayList<>();
      for (int begin = 0; begin < numbers.size(); ) {
        int end = Math.min(numbers.size(), begin + 1 + random.nextInt(200));
        ExactSums part = new ExactSums(1);
        numbers.subList(begin, end).forEach(number -> part.add(0, number));
        parts.add(part);
        begin = end;
      }
      while (parts.size() > 1) {
        ExactSums other = parts.remove(random.nextInt(parts.size()));
        parts.get(random.nextInt(parts.size())).add(other);
      }
      assertThat(parts.get(0).units(0)).isEqualTo(expected.units(0));
    }
  }
}
