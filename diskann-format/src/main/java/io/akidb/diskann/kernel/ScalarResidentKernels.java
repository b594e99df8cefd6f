package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** Plain loops. */
public final class ScalarResidentKernels implements ResidentKernels {
  @Override
  public float dotBytes(float[] weights, MemorySegment codes, long at, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += weights[i] * codes.get(SegmentLayout.I8, at + i);
    }
    return sum;
  }

  @Override
  public float dotNibbles(float[] weights, MemorySegment codes, long at, int length) {
    float sum = 0;
    for (int block = 0; block < length; block += BLOCK) {
      for (int i = 0; i < BLOCK_BYTES; i++) {
        int two = codes.get(SegmentLayout.I8, at + block / 2 + i);
        sum += weights[block + i] * (two & 15) + weights[block + BLOCK_BYTES + i] * (two >> 4 & 15);
      }
    }
    return sum;
  }

  @Override
  public int sumOfBits(long[] planes, MemorySegment codes, long at, int words) {
    int sum = 0;
    for (int word = 0; word < words; word++) {
      long code = codes.get(SegmentLayout.I64, at + 8L * word);
      int plane = PLANES * word;
      sum +=
          Long.bitCount(code & planes[plane])
              + 2 * Long.bitCount(code & planes[plane + 1])
              + 4 * Long.bitCount(code & planes[plane + 2])
              + 8 * Long.bitCount(code & planes[plane + 3])
              + 16 * Long.bitCount(code & planes[plane + 4])
              - 32 * Long.bitCount(code & planes[plane + 5]);
    }
    return sum;
  }
}
