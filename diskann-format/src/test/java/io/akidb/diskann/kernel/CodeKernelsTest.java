package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Integer arithmetic: no tolerance. */
class CodeKernelsTest {
  private static final long SEED = 20_261_121;

  static Stream<CodeKernels> sets() {
    return Stream.of(new ScalarCodeKernels(), new VectorCodeKernels(), BestKernels.codes());
  }

  @ParameterizedTest
  @MethodSource("sets")
  void dot_anyLengthAndByteOffset_isExact(CodeKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    try (Arena arena = Arena.ofConfined()) {
      for (int length = 0; length <= 4096; length += CodeKernels.BYTES_ALIGNED) {
        for (int at : new int[] {0, 1, 3, 33}) {
          byte[] a = new byte[length];
          byte[] b = new byte[length];
          int expected = 0;
          for (int i = 0; i < length; i++) {
            a[i] = (byte) random.nextInt(-63, 64);
            b[i] = (byte) random.nextInt(-63, 64);
            expected += a[i] * b[i];
          }
          int actual =
              kernels.dot(segment(arena, a, at), at, segment(arena, b, at + 1), at + 1, length);
          assertThat(actual)
              .as("seed %s, length %s, byte %s", SEED, length, at)
              .isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void dots_anyLengthAndCount_areThoseOfEachPair(CodeKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int length : lengths(random)) {
      byte[] codes = new byte[20 * length];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) random.nextInt(-63, 64);
      }
      MemorySegment bytes = MemorySegment.ofArray(codes);
      for (int count = 0; count <= 11; count++) {
        int one = random.nextInt(20);
        int[] others = random.ints(count, 0, 20).toArray();
        float[] dots = new float[count];
        kernels.dots(bytes, one, others, count, length, dots);
        for (int i = 0; i < count; i++) {
          int expected =
              kernels.dot(bytes, (long) one * length, bytes, (long) others[i] * length, length);
          assertThat(dots[i]).as("length %s, %s of %s", length, i, count).isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void dot_largestComponents_doesNotOverflow(CodeKernels kernels) {
    int length = 4096;
    byte[] a = new byte[length];
    byte[] b = new byte[length];
    for (int i = 0; i < length; i++) {
      a[i] = CodeKernels.COMPONENT_MAX;
      b[i] = -CodeKernels.COMPONENT_MAX;
    }
    int most = CodeKernels.COMPONENT_MAX * CodeKernels.COMPONENT_MAX * length;
    MemorySegment left = MemorySegment.ofArray(a);
    MemorySegment right = MemorySegment.ofArray(b);
    assertThat(kernels.dot(left, 0, left, 0, length)).isEqualTo(most);
    assertThat(kernels.dot(left, 0, right, 0, length)).isEqualTo(-most);
    // Four at a time, and one that is left.
    MemorySegment codes = MemorySegment.ofArray(new byte[2 * length]);
    MemorySegment.copy(left, 0, codes, 0, length);
    MemorySegment.copy(right, 0, codes, length, length);
    float[] dots = new float[5];
    kernels.dots(codes, 0, new int[] {0, 1, 1, 0, 1}, 5, length, dots);
    assertThat(dots).containsExactly(most, -most, -most, most, -most);
  }

  /**
   * All short ones, and some long ones, at whose end fewer bytes are left than are taken at once.
   */
  private static int[] lengths(SplittableRandom random) {
    return IntStream.concat(
            IntStream.rangeClosed(1, 12).map(i -> i * CodeKernels.BYTES_ALIGNED),
            random
                .ints(8, 13, 4096 / CodeKernels.BYTES_ALIGNED + 1)
                .map(i -> i * CodeKernels.BYTES_ALIGNED))
        .toArray();
  }

  private static MemorySegment segment(Arena arena, byte[] code, int at) {
    MemorySegment bytes = arena.allocate(at + (long) code.length, 1);
    MemorySegment.copy(code, 0, bytes, SegmentLayout.I8, at, code.length);
    return bytes;
  }
}
