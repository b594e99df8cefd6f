package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** Components of 16 bits (IEEE 754 binary16), by plain loops: the reference. */
final class ScalarHalfStored implements StoredKernels {
  @Override
  public float squaredL2(float[] query, MemorySegment stored, long at, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      float off = query[i] - component(stored, at, i);
      sum += off * off;
    }
    return sum;
  }

  @Override
  public float dot(float[] query, MemorySegment stored, long at, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += query[i] * component(stored, at, i);
    }
    return sum;
  }

  private static float component(MemorySegment stored, long at, int i) {
    return Float.float16ToFloat(stored.get(SegmentLayout.I16, at + 2L * i));
  }
}
