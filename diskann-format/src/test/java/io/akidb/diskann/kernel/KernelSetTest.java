package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel of both sets, on all short lengths and some long ones, at unaligned places, against
 * the sum in double precision. Tolerance: the rounding error of a sum of n terms in f32, n * 2^-23
 * of the sum of the terms' magnitudes; what is asserted is far less for SIMD's parallel sums but
 * holds for any order of addition.
 */
class KernelSetTest {
  private static final long SEED = 20_261_121;
  private static final int[] LARGE = {96, 100, 127, 128, 384, 511, 784, 1536, 4095, 4096};

  static Stream<KernelSet> sets() {
    return Stream.of(new ScalarKernels(), new VectorKernels(), BestKernels.floats());
  }

  private static int[] lengths() {
    return IntStream.concat(IntStream.rangeClosed(0, 70), IntStream.of(LARGE)).toArray();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void arrays_anyLengthAndOffset_agreeWithDoubles(KernelSet kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int length : lengths()) {
      for (int offset = 0; offset < 3; offset++) {
        float[] a = vector(random, length + offset, 1);
        float[] b = vector(random, length + 5, 1);
        Sums sums = Sums.of(a, offset, b, 5, length);
        String what = "seed " + SEED + ", length " + length + ", offset " + offset;
        sums.assertSquare(what, kernels.squaredL2(a, offset, b, 5, length));
        sums.assertDot(what, kernels.dot(a, offset, b, 5, length));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void segments_anyLengthAndByteOffset_agreeWithDoubles(KernelSet kernels) {
    SplittableRandom random = new SplittableRandom(SEED + 1);
    try (Arena arena = Arena.ofConfined()) {
      for (int length : lengths()) {
        for (long at : new long[] {0, 1, 2, 3, 7, 64, 61}) {
          float[] a = vector(random, length, 1);
          float[] b = vector(random, length, 1);
          // To the last byte, so that a read too far is an error.
          MemorySegment left = segment(arena, a, at + 1);
          MemorySegment right = segment(arena, b, at);
          Sums sums = Sums.of(a, 0, b, 0, length);
          String what = "seed " + SEED + ", length " + length + ", byte " + at;
          sums.assertSquare(what, kernels.squaredL2(a, right, at, length));
          sums.assertDot(what, kernels.dot(a, right, at, length));
          sums.assertSquare(what, kernels.squaredL2(left, at + 1, right, at, length));
          sums.assertDot(what, kernels.dot(left, at + 1, right, at, length));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void columns_anyShape_agreeWithDoubles(KernelSet kernels) {
    SplittableRandom random = new SplittableRandom(SEED + 2);
    for (int length : new int[] {1, 2, 3, 7, 8, 9, 33}) {
      for (int count = 1; count <= 70; count++) {
        float[] a = vector(random, length + 2, 1);
        float[] columns = vector(random, length * count + 3, 1);
        float[] squares = vector(random, count + 1, 1);
        float[] dots = vector(random, count + 1, 1);
        float before = squares[0];
        kernels.squaredL2ToColumns(a, 2, length, columns, 3, count, squares, 1);
        kernels.dotToColumns(a, 2, length, columns, 3, count, dots, 1);
        assertThat(squares[0]).as("what lies before").isEqualTo(before);
        for (int j = 0; j < count; j++) {
          float[] column = new float[length];
          for (int d = 0; d < length; d++) {
            column[d] = columns[3 + d * count + j];
          }
          Sums sums = Sums.of(a, 2, column, 0, length);
          String what = "seed " + SEED + ", length " + length + ", column " + j + " of " + count;
          sums.assertSquare(what, squares[1 + j]);
          sums.assertDot(what, dots[1 + j]);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void arrays_extremeMagnitudes_agreeWithDoubles(KernelSet kernels) {
    SplittableRandom random = new SplittableRandom(SEED + 3);
    for (float magnitude : new float[] {1e-18f, 1e-6f, 1e6f, 1e17f}) {
      for (int length : new int[] {1, 15, 16, 17, 384, 4096}) {
        float[] a = vector(random, length, magnitude);
        float[] b = vector(random, length, magnitude);
        Sums sums = Sums.of(a, 0, b, 0, length);
        sums.assertSquare("magnitude " + magnitude, kernels.squaredL2(a, 0, b, 0, length));
        sums.assertDot("magnitude " + magnitude, kernels.dot(a, 0, b, 0, length));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void squaredL2_overflowingAndEqual_isInfiniteOrZero(KernelSet kernels) {
    float[] large = new float[33];
    float[] opposite = new float[33];
    Arrays.fill(large, Float.MAX_VALUE);
    Arrays.fill(opposite, -Float.MAX_VALUE);
    assertThat(kernels.squaredL2(large, 0, opposite, 0, 33)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(kernels.squaredL2(large, 0, large, 0, 33)).isZero();
    assertThat(kernels.dot(large, 0, opposite, 0, 33)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void arrays_tooShort_areRefused(KernelSet kernels) {
    assertThatThrownBy(() -> kernels.dot(new float[64], 0, new float[63], 0, 64))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.squaredL2(new float[70], 7, new float[70], 0, 64))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(
            () -> kernels.squaredL2(new float[64], MemorySegment.ofArray(new byte[255]), 0, 64))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static float[] vector(SplittableRandom random, int length, float magnitude) {
    float[] vector = new float[length];
    for (int i = 0; i < length; i++) {
      vector[i] = (float) (random.nextDouble(-1, 1) * magnitude);
    }
    return vector;
  }

  private static MemorySegment segment(Arena arena, float[] vector, long at) {
    MemorySegment bytes = arena.allocate(at + 4L * vector.length, 1);
    for (int i = 0; i < vector.length; i++) {
      bytes.set(SegmentLayout.F32, at + 4L * i, vector[i]);
    }
    return bytes;
  }

  /** The true sums, and the sums of their terms' magnitudes. */
  private record Sums(double square, double dot, double dotMagnitude, int length) {
    static Sums of(float[] a, int aOffset, float[] b, int bOffset, int length) {
      double square = 0;
      double dot = 0;
      double magnitude = 0;
      for (int i = 0; i < length; i++) {
        double x = a[aOffset + i];
        double y = b[bOffset + i];
        square += (x - y) * (x - y);
        dot += x * y;
        magnitude += Math.abs(x * y);
      }
      return new Sums(square, dot, magnitude, length);
    }

    void assertSquare(String what, float actual) {
      // The difference is rounded too, before it is squared.
      assertNear(what, actual, square, (length + 3) * 0x1p-23 * square);
    }

    void assertDot(String what, float actual) {
      assertNear(what, actual, dot, (length + 1) * 0x1p-23 * dotMagnitude);
    }

    private static void assertNear(String what, float actual, double expected, double tolerance) {
      assertThat(Math.abs(actual - expected))
          .as("%s: %s, not %s", what, actual, expected)
          .isLessThanOrEqualTo(tolerance);
    }
  }
}
