package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each set of kernels against sums in double precision, up to the last byte of what they read. */
class ResidentKernelsTest {
  private static final long SEED = 20_261_121;
  private static final int[] PLACES = {0, 1, 3, 33};

  static Stream<ResidentKernels> sets() {
    return Stream.of(
        new ScalarResidentKernels(), new VectorResidentKernels(), BestKernels.resident());
  }

  private static int[] lengths() {
    return IntStream.concat(
            IntStream.rangeClosed(0, 70), IntStream.of(96, 127, 384, 511, 784, 4095, 4096))
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void dotBytes_anyLengthAndPlace_agreesWithDoubles(ResidentKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int length : lengths()) {
      for (int at : PLACES) {
        float[] weights = weights(random, length);
        byte[] code = new byte[length];
        random.nextBytes(code);
        double[] components = IntStream.range(0, length).mapToDouble(i -> code[i]).toArray();
        check(
            weights,
            components,
            code,
            at,
            codes -> kernels.dotBytes(weights, codes, at, length),
            "seed " + SEED + ", length " + length + ", byte " + at);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void dotNibbles_anyBlocksAndPlace_agreesWithDoubles(ResidentKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED + 1);
    for (int length : new int[] {0, 32, 64, 96, 128, 160, 384, 800, 2048, 4096}) {
      for (int at : PLACES) {
        float[] weights = weights(random, length);
        byte[] code = new byte[length / 2];
        random.nextBytes(code);
        double[] components = new double[length];
        for (int i = 0; i < length; i++) {
          int two = code[i / 32 * 16 + i % 16] & 255;
          components[i] = i % 32 < 16 ? two % 16 : two / 16;
        }
        check(
            weights,
            components,
            code,
            at,
            codes -> kernels.dotNibbles(weights, codes, at, length),
            "seed " + SEED + ", length " + length + ", byte " + at);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void sumOfBits_anyWordsAndPlace_isExact(ResidentKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED + 2);
    for (int words = 0; words <= 64; words++) {
      for (int at : PLACES) {
        byte[] code = new byte[8 * words];
        random.nextBytes(code);
        long[] planes = new long[ResidentKernels.PLANES * words];
        int expected = 0;
        for (int i = 0; i < 64 * words; i++) {
          int number = words == 64 ? -32 : random.nextInt(-32, 32);
          for (int plane = 0; plane < ResidentKernels.PLANES; plane++) {
            planes[i / 64 * ResidentKernels.PLANES + plane] |=
                (long) (number >> plane & 1) << i % 64;
          }
          expected += (code[i / 8] >> i % 8 & 1) * number;
        }
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment codes = arena.allocate(at + (long) code.length, 1);
          MemorySegment.copy(code, 0, codes, SegmentLayout.I8, at, code.length);
          assertThat(kernels.sumOfBits(planes, codes, at, words))
              .as("seed %s, %s words, byte %s", SEED, words, at)
              .isEqualTo(expected);
        }
      }
    }
  }

  private interface Call {
    float on(MemorySegment codes);
  }

  private static void check(
      float[] weights, double[] components, byte[] code, int at, Call call, String description) {
    double expected = 0;
    double magnitude = 0;
    for (int i = 0; i < weights.length; i++) {
      expected += weights[i] * components[i];
      magnitude += Math.abs(weights[i] * components[i]);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment codes = arena.allocate(at + (long) code.length, 1);
      MemorySegment.copy(code, 0, codes, SegmentLayout.I8, at, code.length);
      assertThat(Math.abs(call.on(codes) - expected))
          .as(description)
          .isLessThanOrEqualTo((weights.length + 1) * 0x1p-23 * magnitude);
    }
  }

  private static float[] weights(SplittableRandom random, int length) {
    float[] weights = new float[length];
    for (int i = 0; i < length; i++) {
      weights[i] = (float) random.nextDouble(-1, 1);
    }
    return weights;
  }
}
