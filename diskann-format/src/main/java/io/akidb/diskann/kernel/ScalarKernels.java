package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The plain loops: the reference that the SIMD kernels are tested against, and what runs without
 * the Vector API.
 */
public final class ScalarKernels implements KernelSet {
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public float squaredL2(float[] a, int aOffset, float[] b, int bOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      float difference = a[aOffset + i] - b[bOffset + i];
      sum += difference * difference;
    }
    return sum;
  }

  @Override
  public float squaredL2(float[] a, MemorySegment b, long bByteOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      float difference = a[i] - b.get(F32, bByteOffset + 4L * i);
      sum += difference * difference;
    }
    return sum;
  }

  @Override
  public float squaredL2(
      MemorySegment a, long aByteOffset, MemorySegment b, long bByteOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      float difference =
          a.get(SegmentLayout.F32, aByteOffset + 4L * i)
              - b.get(SegmentLayout.F32, bByteOffset + 4L * i);
      sum += difference * difference;
    }
    return sum;
  }

  @Override
  public float dot(
      MemorySegment a, long aByteOffset, MemorySegment b, long bByteOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum +=
          a.get(SegmentLayout.F32, aByteOffset + 4L * i)
              * b.get(SegmentLayout.F32, bByteOffset + 4L * i);
    }
    return sum;
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[aOffset + i] * b[bOffset + i];
    }
    return sum;
  }

  @Override
  public float dot(float[] a, MemorySegment b, long bByteOffset, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[i] * b.get(F32, bByteOffset + 4L * i);
    }
    return sum;
  }

  @Override
  public void squaredL2ToColumns(
      float[] a,
      int aOffset,
      int length,
      float[] columns,
      int columnsOffset,
      int count,
      float[] into,
      int intoOffset) {
    Arrays.fill(into, intoOffset, intoOffset + count, 0f);
    for (int d = 0; d < length; d++) {
      int row = columnsOffset + d * count;
      for (int j = 0; j < count; j++) {
        float difference = a[aOffset + d] - columns[row + j];
        into[intoOffset + j] += difference * difference;
      }
    }
  }

  @Override
  public void dotToColumns(
      float[] a,
      int aOffset,
      int length,
      float[] columns,
      int columnsOffset,
      int count,
      float[] into,
      int intoOffset) {
    Arrays.fill(into, intoOffset, intoOffset + count, 0f);
    for (int d = 0; d < length; d++) {
      int row = columnsOffset + d * count;
      for (int j = 0; j < count; j++) {
        into[intoOffset + j] += a[aOffset + d] * columns[row + j];
      }
    }
  }
}
