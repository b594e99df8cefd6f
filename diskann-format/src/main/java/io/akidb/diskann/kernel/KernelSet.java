package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The arithmetic that everything spends its time in. Segments hold little-endian f32 at any
 * alignment.
 */
public interface KernelSet {
  float squaredL2(float[] a, int aOffset, float[] b, int bOffset, int length);

  float squaredL2(float[] a, MemorySegment b, long bByteOffset, int length);

  float squaredL2(MemorySegment a, long aByteOffset, MemorySegment b, long bByteOffset, int length);

  float dot(MemorySegment a, long aByteOffset, MemorySegment b, long bByteOffset, int length);

  float dot(float[] a, int aOffset, float[] b, int bOffset, int length);

  float dot(float[] a, MemorySegment b, long bByteOffset, int length);

  /**
   * Squared distances of one vector to many short ones that are stored transposed: {@code into[j]
   * += sum over d of (a[aOffset + d] - columns[columnsOffset + d * count + j])^2}, after {@code
   * into} was zeroed.
   */
  void squaredL2ToColumns(
      float[] a,
      int aOffset,
      int length,
      float[] columns,
      int columnsOffset,
      int count,
      float[] into,
      int intoOffset);

  /** As {@link #squaredL2ToColumns}, with inner products. */
  void dotToColumns(
      float[] a,
      int aOffset,
      int length,
      float[] columns,
      int columnsOffset,
      int count,
      float[] into,
      int intoOffset);
}
