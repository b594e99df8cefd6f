package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class StoredKernelsTest {
  private static final int SEED = 11;

  static Stream<StoredKernels> halves() {
    return Stream.of(new ScalarHalfStored(), new VectorHalfStored(), BestKernels.storedHalves());
  }

  static Stream<StoredKernels> bytes() {
    return Stream.of(new ScalarByteStored(), new VectorByteStored(), BestKernels.storedBytes());
  }

  /** Each that a record of a small dimension has, and some large ones. */
  private static int[] lengths(SplittableRandom random) {
    return IntStream.concat(
            IntStream.rangeClosed(1, 20).map(i -> 16 * i),
            random.ints(16, 21, 257).map(i -> 16 * i))
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("halves")
  void halves_anyLengthAndOffset_areWidenedExactly(StoredKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int length : lengths(random)) {
      long at = random.nextInt(7);
      MemorySegment stored = MemorySegment.ofArray(new byte[(int) at + 2 * length]);
      float[] query = new float[length];
      double square = 0;
      double dot = 0;
      double size = 0;
      for (int i = 0; i < length; i++) {
        query[i] = (float) random.nextDouble(-1, 1);
        short half = Float.floatToFloat16((float) random.nextDouble(-1, 1));
        stored.set(SegmentLayout.I16, at + 2L * i, half);
        double off = (double) query[i] - Float.float16ToFloat(half);
        square += off * off;
        dot += (double) query[i] * Float.float16ToFloat(half);
        size += Math.abs((double) query[i] * Float.float16ToFloat(half));
      }
      assertThat((double) kernels.squaredL2(query, stored, at, length))
          .as("length %s", length)
          .isCloseTo(square, within(square * 1e-5));
      assertThat((double) kernels.dot(query, stored, at, length))
          .as("length %s", length)
          .isCloseTo(dot, within(size * 1e-5));
    }
  }

  @Test
  void halves_eachFiniteOne_isTheSameAsTheReference() {
    float[] query = new float[16];
    query[0] = 1;
    MemorySegment stored = MemorySegment.ofArray(new byte[32]);
    for (int bits = Short.MIN_VALUE; bits <= Short.MAX_VALUE; bits++) {
      float expected = Float.float16ToFloat((short) bits);
      if (Float.isFinite(expected)) {
        stored.set(SegmentLayout.I16, 0, (short) bits);
        assertThat(new VectorHalfStored().dot(query, stored, 0, 16))
            .as("bits %s", bits)
            .isEqualTo(expected == 0 ? 0 : expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("bytes")
  void bytes_anyLengthAndOffset_areScaledAndShifted(StoredKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int length : lengths(random)) {
      long at = random.nextInt(7);
      MemorySegment stored = MemorySegment.ofArray(new byte[(int) at + length + 8]);
      float step = (float) random.nextDouble(0.001, 2);
      int zero = random.nextInt(256);
      stored.set(SegmentLayout.F32, at + length, step);
      stored.set(SegmentLayout.I32, at + length + 4, zero);
      float[] query = new float[length];
      double square = 0;
      double dot = 0;
      double size = 0;
      for (int i = 0; i < length; i++) {
        query[i] = (float) random.nextDouble(-1, 1);
        int component = random.nextInt(256);
        stored.set(SegmentLayout.I8, at + i, (byte) component);
        double value = (double) step * (component - zero);
        square += (query[i] - value) * (query[i] - value);
        dot += query[i] * value;
        size += Math.abs(query[i] * value);
      }
      assertThat((double) kernels.squaredL2(query, stored, at, length))
          .as("length %s", length)
          .isCloseTo(square, within(square * 1e-5));
      assertThat((double) kernels.dot(query, stored, at, length))
          .as("length %s", length)
          .isCloseTo(dot, within(size * 1e-5));
    }
  }
}
