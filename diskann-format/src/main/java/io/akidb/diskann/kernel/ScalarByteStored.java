package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Components of 8 bits without sign, less the vector's zero, times its step: behind them stand the
 * step (f32) and the zero (i32, 0 to 255), so that zero itself is exact. By plain loops: the
 * reference.
 */
final class ScalarByteStored implements StoredKernels {
  @Override
  public float squaredL2(float[] query, MemorySegment stored, long at, int length) {
    float step = stored.get(SegmentLayout.F32, at + length);
    int zero = stored.get(SegmentLayout.I32, at + length + 4);
    float sum = 0;
    for (int i = 0; i < length; i++) {
      float off = query[i] - step * (component(stored, at, i) - zero);
      sum += off * off;
    }
    return sum;
  }

  @Override
  public float dot(float[] query, MemorySegment stored, long at, int length) {
    float step = stored.get(SegmentLayout.F32, at + length);
    int zero = stored.get(SegmentLayout.I32, at + length + 4);
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += query[i] * step * (component(stored, at, i) - zero);
    }
    return sum;
  }

  private static int component(MemorySegment stored, long at, int i) {
    return stored.get(SegmentLayout.I8, at + i) & 255;
  }
}
