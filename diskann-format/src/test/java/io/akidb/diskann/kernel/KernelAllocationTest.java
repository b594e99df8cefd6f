package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the compiler makes of the SIMD kernels: once compiled they allocate nothing, whatever
 * lengths were seen before. A boxed vector a call is how a kernel shows that it lost its speed.
 */
class KernelAllocationTest {
  private static final int ROWS = 2_000;
  private static final int[] LENGTHS_BEFORE = {17, 3, 40};
  private static final int CALLS_BEFORE = 20_000;
  private static final int LENGTH = 96;
  private static final int SCANS_MAX = 1_000;

  private static final KernelSet KERNELS = new VectorKernels();
  private static final StoredKernels HALVES = new VectorHalfStored();
  private static final StoredKernels BYTES = new VectorByteStored();
  private static final CodeKernels CODES = new VectorCodeKernels();
  private static final int[] OTHERS = {1, 2, 3, 4, 5, 6};
  private static final float[] DOTS = new float[OTHERS.length];

  /** One kernel, over the row of that number. */
  interface Kernel {
    float of(float[] a, float[] b, MemorySegment c, MemorySegment d, int row, int length);
  }

  record Named(String name, Kernel kernel) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Named> kernels() {
    return Stream.of(
        new Named(
            "squaredL2 of arrays",
            (a, b, c, d, row, length) -> KERNELS.squaredL2(a, 0, b, row * length, length)),
        new Named(
            "dot of arrays",
            (a, b, c, d, row, length) -> KERNELS.dot(a, 0, b, row * length, length)),
        new Named(
            "squaredL2 of array and segment",
            (a, b, c, d, row, length) -> KERNELS.squaredL2(a, d, 4L * row * length, length)),
        new Named(
            "dot of array and segment",
            (a, b, c, d, row, length) -> KERNELS.dot(a, d, 4L * row * length, length)),
        new Named(
            "squaredL2 of segments",
            (a, b, c, d, row, length) -> KERNELS.squaredL2(c, 0, d, 4L * row * length, length)),
        new Named(
            "dot of segments",
            (a, b, c, d, row, length) -> KERNELS.dot(c, 0, d, 4L * row * length, length)),
        new Named(
            "squaredL2 of array and halves",
            (a, b, c, d, row, length) -> HALVES.squaredL2(a, d, 4L * row * length, padded(length))),
        new Named(
            "dot of array and halves",
            (a, b, c, d, row, length) -> HALVES.dot(a, d, 4L * row * length, padded(length))),
        new Named(
            "squaredL2 of array and bytes",
            (a, b, c, d, row, length) -> BYTES.squaredL2(a, d, 4L * row * length, padded(length))),
        new Named(
            "dot of array and bytes",
            (a, b, c, d, row, length) -> BYTES.dot(a, d, 4L * row * length, padded(length))),
        new Named("dots of codes", (a, b, c, d, row, length) -> codes(d, row, length)));
  }

  /** What these kernels' lengths are multiples of. */
  private static int padded(int length) {
    return (length + 31) / 32 * 32;
  }

  private static float codes(MemorySegment d, int row, int length) {
    int aligned =
        (length + CodeKernels.BYTES_ALIGNED - 1)
            / CodeKernels.BYTES_ALIGNED
            * CodeKernels.BYTES_ALIGNED;
    OTHERS[0] = row;
    CODES.dots(d, row / 2, OTHERS, OTHERS.length, aligned, DOTS);
    return DOTS[0];
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void kernel_afterMixedLengths_allocatesNothing(Named named) {
    SplittableRandom random = new SplittableRandom(5);
    float[] a = new float[LENGTH];
    float[] b = new float[LENGTH * ROWS];
    for (int i = 0; i < b.length; i++) {
      b[i] = (float) random.nextDouble();
      a[i % LENGTH] = b[i];
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocateFrom(ValueLayout.JAVA_FLOAT, a);
      MemorySegment d = arena.allocateFrom(ValueLayout.JAVA_FLOAT, b);
      float sum = 0;
      for (int length : LENGTHS_BEFORE) {
        for (int call = 0; call < CALLS_BEFORE; call++) {
          sum += named.kernel().of(a, b, c, d, call % ROWS, length);
        }
      }
      // The compiler works beside this thread, so it is given some scans to come to its end.
      long allocated = Long.MAX_VALUE;
      for (int scan = 0; scan < SCANS_MAX && allocated > ROWS; scan++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int row = 0; row < ROWS; row++) {
          sum += named.kernel().of(a, b, c, d, row, LENGTH);
        }
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
      assertThat(sum).isFinite();
      assertThat(allocated).isLessThanOrEqualTo(ROWS);
    }
  }
}
