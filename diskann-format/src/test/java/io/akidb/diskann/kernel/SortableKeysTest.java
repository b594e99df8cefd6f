package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SortableKeysTest {
  private static final long SEED = 20_261_121;
  private static final float[] SPECIAL = {
    Float.NEGATIVE_INFINITY,
    -Float.MAX_VALUE,
    -1,
    -Float.MIN_VALUE,
    0,
    Float.MIN_VALUE,
    1,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY
  };

  @Test
  void of_anyFloats_ordersByDistanceThenId() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 200_000; i++) {
      float a = any(random);
      float b = random.nextInt(4) == 0 ? a : any(random);
      int idA = random.nextInt(Integer.MAX_VALUE);
      int idB = random.nextInt(Integer.MAX_VALUE);
      int expected = a != b ? Float.compare(a, b) : Integer.compare(idA, idB);
      assertThat(Integer.signum(Long.compare(SortableKeys.of(a, idA), SortableKeys.of(b, idB))))
          .as("seed %s: (%s, %s) and (%s, %s)", SEED, a, idA, b, idB)
          .isEqualTo(expected);
      assertThat(SortableKeys.distance(SortableKeys.of(a, idA))).isEqualTo(a);
      assertThat(SortableKeys.id(SortableKeys.of(a, idA))).isEqualTo(idA);
    }
  }

  @Test
  void of_notANumberOfEitherSign_ordersLast() {
    // inf - inf is a NaN with the sign bit set on x86: a distance that overflowed must not be best.
    float negative = Float.intBitsToFloat(0xffc00000);
    long last = SortableKeys.of(Float.POSITIVE_INFINITY, Integer.MAX_VALUE);
    assertThat(SortableKeys.of(negative, 0)).isGreaterThan(last);
    assertThat(SortableKeys.of(Float.NaN, 0)).isGreaterThan(last);
  }

  private static float any(SplittableRandom random) {
    return random.nextInt(3) == 0
        ? SPECIAL[random.nextInt(SPECIAL.length)]
        : (float) (random.nextDouble(-1, 1) * Math.pow(10, random.nextInt(-30, 30)));
  }
}
