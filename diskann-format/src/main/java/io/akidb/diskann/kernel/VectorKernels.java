package io.akidb.diskann.kernel;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * SIMD kernels by the Vector API. The species is the machine's preferred one: a wider one still
 * runs, boxed and a thousand times slower. Sums are kept apart so that additions do not wait for
 * each other.
 *
 * <p>No method of ours takes or returns a vector, repetitive as that reads. The JVM inlines its own
 * vector methods always, ours only where it has seen many calls; where lengths are mixed, some loop
 * is rare, and a vector that crosses a call which is not inlined is boxed from then on: up to 9 KB
 * a call and a fifteenth of the speed, seen in {@code KernelAllocationTest}.
 */
public final class VectorKernels implements KernelSet {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ScalarKernels TAIL = new ScalarKernels();

  @Override
  public float squaredL2(float[] a, int aOffset, float[] b, int bOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length - 4 * LANES; i <= end; i += 4 * LANES) {
      FloatVector d0 = fromArray(SPECIES, a, aOffset + i).sub(fromArray(SPECIES, b, bOffset + i));
      s0 = d0.fma(d0, s0);
      FloatVector d1 =
          fromArray(SPECIES, a, aOffset + i + LANES)
              .sub(fromArray(SPECIES, b, bOffset + i + LANES));
      s1 = d1.fma(d1, s1);
      FloatVector d2 =
          fromArray(SPECIES, a, aOffset + i + 2 * LANES)
              .sub(fromArray(SPECIES, b, bOffset + i + 2 * LANES));
      s2 = d2.fma(d2, s2);
      FloatVector d3 =
          fromArray(SPECIES, a, aOffset + i + 3 * LANES)
              .sub(fromArray(SPECIES, b, bOffset + i + 3 * LANES));
      s3 = d3.fma(d3, s3);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      FloatVector d0 = fromArray(SPECIES, a, aOffset + i).sub(fromArray(SPECIES, b, bOffset + i));
      s0 = d0.fma(d0, s0);
    }
    float sum = Lanes.sum(s0.add(s1).add(s2.add(s3)));
    return i == length ? sum : sum + TAIL.squaredL2(a, aOffset + i, b, bOffset + i, length - i);
  }

  @Override
  public float squaredL2(float[] a, MemorySegment b, long bByteOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length - 4 * LANES; i <= end; i += 4 * LANES) {
      FloatVector d0 =
          fromArray(SPECIES, a, i).sub(fromMemorySegment(SPECIES, b, bByteOffset + 4L * i, ORDER));
      s0 = d0.fma(d0, s0);
      FloatVector d1 =
          fromArray(SPECIES, a, i + LANES)
              .sub(fromMemorySegment(SPECIES, b, bByteOffset + 4L * (i + LANES), ORDER));
      s1 = d1.fma(d1, s1);
      FloatVector d2 =
          fromArray(SPECIES, a, i + 2 * LANES)
              .sub(fromMemorySegment(SPECIES, b, bByteOffset + 4L * (i + 2 * LANES), ORDER));
      s2 = d2.fma(d2, s2);
      FloatVector d3 =
          fromArray(SPECIES, a, i + 3 * LANES)
              .sub(fromMemorySegment(SPECIES, b, bByteOffset + 4L * (i + 3 * LANES), ORDER));
      s3 = d3.fma(d3, s3);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      FloatVector d0 =
          fromArray(SPECIES, a, i).sub(fromMemorySegment(SPECIES, b, bByteOffset + 4L * i, ORDER));
      s0 = d0.fma(d0, s0);
    }
    float sum = Lanes.sum(s0.add(s1).add(s2.add(s3)));
    for (; i < length; i++) {
      float d = a[i] - b.get(SegmentLayout.F32, bByteOffset + 4L * i);
      sum += d * d;
    }
    return sum;
  }

  @Override
  public float squaredL2(
      MemorySegment a, long aByteOffset, MemorySegment b, long bByteOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int i = 0;
    for (int end = length - 2 * LANES; i <= end; i += 2 * LANES) {
      FloatVector d0 =
          fromMemorySegment(SPECIES, a, aByteOffset + 4L * i, ORDER)
              .sub(fromMemorySegment(SPECIES, b, bByteOffset + 4L * i, ORDER));
      FloatVector d1 =
          fromMemorySegment(SPECIES, a, aByteOffset + 4L * (i + LANES), ORDER)
              .sub(fromMemorySegment(SPECIES, b, bByteOffset + 4L * (i + LANES), ORDER));
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      FloatVector d0 =
          fromMemorySegment(SPECIES, a, aByteOffset + 4L * i, ORDER)
              .sub(fromMemorySegment(SPECIES, b, bByteOffset + 4L * i, ORDER));
      s0 = d0.fma(d0, s0);
    }
    float sum = Lanes.sum(s0.add(s1));
    return i == length
        ? sum
        : sum + TAIL.squaredL2(a, aByteOffset + 4L * i, b, bByteOffset + 4L * i, length - i);
  }

  @Override
  public float dot(
      MemorySegment a, long aByteOffset, MemorySegment b, long bByteOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int i = 0;
    for (int end = length - 2 * LANES; i <= end; i += 2 * LANES) {
      s0 =
          fromMemorySegment(SPECIES, a, aByteOffset + 4L * i, ORDER)
              .fma(fromMemorySegment(SPECIES, b, bByteOffset + 4L * i, ORDER), s0);
      s1 =
          fromMemorySegment(SPECIES, a, aByteOffset + 4L * (i + LANES), ORDER)
              .fma(fromMemorySegment(SPECIES, b, bByteOffset + 4L * (i + LANES), ORDER), s1);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      s0 =
          fromMemorySegment(SPECIES, a, aByteOffset + 4L * i, ORDER)
              .fma(fromMemorySegment(SPECIES, b, bByteOffset + 4L * i, ORDER), s0);
    }
    float sum = Lanes.sum(s0.add(s1));
    return i == length
        ? sum
        : sum + TAIL.dot(a, aByteOffset + 4L * i, b, bByteOffset + 4L * i, length - i);
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length - 4 * LANES; i <= end; i += 4 * LANES) {
      s0 = fromArray(SPECIES, a, aOffset + i).fma(fromArray(SPECIES, b, bOffset + i), s0);
      s1 =
          fromArray(SPECIES, a, aOffset + i + LANES)
              .fma(fromArray(SPECIES, b, bOffset + i + LANES), s1);
      s2 =
          fromArray(SPECIES, a, aOffset + i + 2 * LANES)
              .fma(fromArray(SPECIES, b, bOffset + i + 2 * LANES), s2);
      s3 =
          fromArray(SPECIES, a, aOffset + i + 3 * LANES)
              .fma(fromArray(SPECIES, b, bOffset + i + 3 * LANES), s3);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      s0 = fromArray(SPECIES, a, aOffset + i).fma(fromArray(SPECIES, b, bOffset + i), s0);
    }
    float sum = Lanes.sum(s0.add(s1).add(s2.add(s3)));
    return i == length ? sum : sum + TAIL.dot(a, aOffset + i, b, bOffset + i, length - i);
  }

  @Override
  public float dot(float[] a, MemorySegment b, long bByteOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length - 4 * LANES; i <= end; i += 4 * LANES) {
      s0 =
          fromArray(SPECIES, a, i)
              .fma(fromMemorySegment(SPECIES, b, bByteOffset + 4L * i, ORDER), s0);
      s1 =
          fromArray(SPECIES, a, i + LANES)
              .fma(fromMemorySegment(SPECIES, b, bByteOffset + 4L * (i + LANES), ORDER), s1);
      s2 =
          fromArray(SPECIES, a, i + 2 * LANES)
              .fma(fromMemorySegment(SPECIES, b, bByteOffset + 4L * (i + 2 * LANES), ORDER), s2);
      s3 =
          fromArray(SPECIES, a, i + 3 * LANES)
              .fma(fromMemorySegment(SPECIES, b, bByteOffset + 4L * (i + 3 * LANES), ORDER), s3);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      s0 =
          fromArray(SPECIES, a, i)
              .fma(fromMemorySegment(SPECIES, b, bByteOffset + 4L * i, ORDER), s0);
    }
    float sum = Lanes.sum(s0.add(s1).add(s2.add(s3)));
    for (; i < length; i++) {
      sum += a[i] * b.get(SegmentLayout.F32, bByteOffset + 4L * i);
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
    int j = 0;
    for (int end = count - LANES; j <= end; j += LANES) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int d = 0; d < length; d++) {
        FloatVector difference =
            fromArray(SPECIES, columns, columnsOffset + d * count + j).sub(a[aOffset + d]);
        sum = difference.fma(difference, sum);
      }
      sum.intoArray(into, intoOffset + j);
    }
    for (; j < count; j++) {
      float sum = 0;
      for (int d = 0; d < length; d++) {
        float difference = a[aOffset + d] - columns[columnsOffset + d * count + j];
        sum += difference * difference;
      }
      into[intoOffset + j] = sum;
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
    int j = 0;
    for (int end = count - LANES; j <= end; j += LANES) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int d = 0; d < length; d++) {
        FloatVector value = FloatVector.broadcast(SPECIES, a[aOffset + d]);
        sum = fromArray(SPECIES, columns, columnsOffset + d * count + j).fma(value, sum);
      }
      sum.intoArray(into, intoOffset + j);
    }
    for (; j < count; j++) {
      float sum = 0;
      for (int d = 0; d < length; d++) {
        sum += a[aOffset + d] * columns[columnsOffset + d * count + j];
      }
      into[intoOffset + j] = sum;
    }
  }
}
