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
        byte[] tables = new byte[16 * groups];
        random.nextBytes(tables);
        byte[] codes = new byte[16 * groups];
        random.nextBytes(codes);
        check(kernel, tables, codes, at, "seed " + SEED + ", groups " + groups + ", byte " + at);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void sums_largestEntries_doNotOverflow(FastScan kernel) {
    byte[] tables = new byte[16 * 1024];
    Arrays.fill(tables, (byte) 255);
    check(kernel, tables, new byte[16 * 1024], 0, "255 everywhere");
  }

  /** As {@link FastScan#sums} says, lane by lane. */
  private static void check(
      FastScan kernel, byte[] tables, byte[] codes, int at, String description) {
    int[] expected = new int[FastScan.LANES];
    for (int lane = 0; lane < FastScan.LANES; lane++) {
      for (int group = 0; group < codes.length / 16; group++) {
        int two = codes[16 * group + FastScan.byteOf(lane)] & 255;
        int four = lane < 16 ? two % 16 : two / 16;
        expected[lane] += tables[16 * group + four] & 255;
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(at + (long) codes.length);
      MemorySegment.copy(codes, 0, segment, ValueLayout.JAVA_BYTE, at, codes.length);
      int[] actual = new int[FastScan.LANES];
      Arrays.fill(actual, -1);
      kernel.sums(tables, segment, at, codes.length / 16, actual);
      assertThat(actual).as(description).isEqualTo(expected);
    }
  }
}
