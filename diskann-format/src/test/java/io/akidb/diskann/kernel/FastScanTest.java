package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Integer arithmetic: no tolerance. */
class FastScanTest {
  private static final long SEED = 20_261_121;

  static Stream<FastScan> kernels() {
    return Stream.of(
        new ScalarFastScan(), new VectorFastScan(), new WideFastScan(), BestKernels.fastScan());
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void sums_anyLengthAndByteOffset_areExact(FastScan kernel) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int groups : new int[] {4, 8, 32, 96, 196, 252, 256, 260, 512, 1024}) {
      for (int at : new int[] {0, 1, 17}) {
        for (int groupBytes : new int[] {16, 15, 12, 11, 9, 8, 3, 2, 1}) {
          byte[] tables = new byte[16 * groups];
          random.nextBytes(tables);
          byte[] codes = new byte[groupBytes * groups];
          random.nextBytes(codes);
          String where = "seed " + SEED + ", " + groups + " groups of " + groupBytes + ", at " + at;
          check(kernel, tables, codes, at, groupBytes, where);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void sums_largestEntries_doNotOverflow(FastScan kernel) {
    byte[] tables = new byte[16 * 1024];
    Arrays.fill(tables, (byte) 255);
    check(kernel, tables, new byte[16 * 1024], 0, 16, "255 everywhere");
  }

  /** As {@link FastScan#sums} says, lane by lane. */
  private static void check(
      FastScan kernel, byte[] tables, byte[] codes, int at, int groupBytes, String description) {
    int groups = codes.length / groupBytes;
    int[] expected = new int[2 * groupBytes];
    for (int lane = 0; lane < expected.length; lane++) {
      for (int group = 0; group < groups; group++) {
        int two = codes[groupBytes * group + FastScan.byteOf(lane, groupBytes)] & 255;
        int four = lane < groupBytes ? two % 16 : two / 16;
        expected[lane] += tables[16 * group + four] & 255;
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      // What may be read behind them is no more than is said, and may be anything.
      MemorySegment segment = arena.allocate(at + codes.length + 64L - 4L * groupBytes);
      segment.fill((byte) 0x5a);
      MemorySegment.copy(codes, 0, segment, ValueLayout.JAVA_BYTE, at, codes.length);
      int[] actual = new int[FastScan.LANES];
      Arrays.fill(actual, -1);
      kernel.sums(tables, segment, at, groups, groupBytes, actual);
      assertThat(Arrays.copyOf(actual, expected.length)).as(description).isEqualTo(expected);
    }
  }
}
