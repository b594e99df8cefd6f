package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** The plain loop. */
public final class ScalarCodeKernels implements CodeKernels {
  @Override
  public int dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a.get(SegmentLayout.I8, aAt + i) * b.get(SegmentLayout.I8, bAt + i);
    }
    return sum;
  }

  @Override
  public void dots(
      MemorySegment codes, int one, int[] others, int count, int length, float[] dots) {
    for (int i = 0; i < count; i++) {
      dots[i] = dot(codes, (long) one * length, codes, (long) others[i] * length, length);
    }
  }
}
