package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * SIMD kernels by the Vector API. The species is the machine's preferred one: a wider one still
 * runs, boxed and a thousand times slower. Four sums are kept apart so that additions do not wait
 * for each other.
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
      s0 = squaredStep(a, aOffset + i, b, bOffset + i, s0);
      s1 = squaredStep(a, aOffset + i + LANES, b, bOffset + i + LANES, s1);
      s2 = squaredStep(a, aOffset + i + 2 * LANES, b, bOffset + i + 2 * LANES, s2);
      s3 = squaredStep(a, aOffset + i + 3 * LANES, b, bOffset + i + 3 * LANES, s3);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      s0 = squaredStep(a, aOffset + i, b, bOffset + i, s0);
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    return i == length ? sum : sum + TAIL.squaredL2(a, aOffset + i, b, bOffset + i, length - i);
  }

  private static FloatVector squaredStep(float[] a, int i, float[] b, int j, FloatVector sum) {
    FloatVector d = FloatVector.fromArray(SPECIES, a, i).sub(FloatVector.fromArray(SPECIES, b, j));
    return d.fma(d, sum);
  }

  @Override
  public float squaredL2(float[] a, MemorySegment b, long bByteOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length - 4 * LANES; i <= end; i += 4 * LANES) {
      s0 = squaredStep(a, i, b, bByteOffset, s0);
      s1 = squaredStep(a, i + LANES, b, bByteOffset, s1);
      s2 = squaredStep(a, i + 2 * LANES, b, bByteOffset, s2);
      s3 = squaredStep(a, i + 3 * LANES, b, bByteOffset, s3);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      s0 = squaredStep(a, i, b, bByteOffset, s0);
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; i < length; i++) {
      float d = a[i] - b.get(SegmentLayout.F32, bByteOffset + 4L * i);
      sum += d * d;
    }
    return sum;
  }

  private static FloatVector squaredStep(
      float[] a, int i, MemorySegment b, long byteOffset, FloatVector sum) {
    FloatVector d =
        FloatVector.fromArray(SPECIES, a, i)
            .sub(FloatVector.fromMemorySegment(SPECIES, b, byteOffset + 4L * i, ORDER));
    return d.fma(d, sum);
  }

  @Override
  public float squaredL2(
      MemorySegment a, long aByteOffset, MemorySegment b, long bByteOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int i = 0;
    for (int end = length - 2 * LANES; i <= end; i += 2 * LANES) {
      FloatVector d0 = load(a, aByteOffset, i).sub(load(b, bByteOffset, i));
      FloatVector d1 = load(a, aByteOffset, i + LANES).sub(load(b, bByteOffset, i + LANES));
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      FloatVector d0 = load(a, aByteOffset, i).sub(load(b, bByteOffset, i));
      s0 = d0.fma(d0, s0);
    }
    float sum = s0.add(s1).reduceLanes(VectorOperators.ADD);
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
      s0 = load(a, aByteOffset, i).fma(load(b, bByteOffset, i), s0);
      s1 = load(a, aByteOffset, i + LANES).fma(load(b, bByteOffset, i + LANES), s1);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      s0 = load(a, aByteOffset, i).fma(load(b, bByteOffset, i), s0);
    }
    float sum = s0.add(s1).reduceLanes(VectorOperators.ADD);
    return i == length
        ? sum
        : sum + TAIL.dot(a, aByteOffset + 4L * i, b, bByteOffset + 4L * i, length - i);
  }

  private static FloatVector load(MemorySegment bytes, long byteOffset, int i) {
    return FloatVector.fromMemorySegment(SPECIES, bytes, byteOffset + 4L * i, ORDER);
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length - 4 * LANES; i <= end; i += 4 * LANES) {
      s0 = dotStep(a, aOffset + i, b, bOffset + i, s0);
      s1 = dotStep(a, aOffset + i + LANES, b, bOffset + i + LANES, s1);
      s2 = dotStep(a, aOffset + i + 2 * LANES, b, bOffset + i + 2 * LANES, s2);
      s3 = dotStep(a, aOffset + i + 3 * LANES, b, bOffset + i + 3 * LANES, s3);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      s0 = dotStep(a, aOffset + i, b, bOffset + i, s0);
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    return i == length ? sum : sum + TAIL.dot(a, aOffset + i, b, bOffset + i, length - i);
  }

  private static FloatVector dotStep(float[] a, int i, float[] b, int j, FloatVector sum) {
    return FloatVector.fromArray(SPECIES, a, i).fma(FloatVector.fromArray(SPECIES, b, j), sum);
  }

  @Override
  public float dot(float[] a, MemorySegment b, long bByteOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length - 4 * LANES; i <= end; i += 4 * LANES) {
      s0 = dotStep(a, i, b, bByteOffset, s0);
      s1 = dotStep(a, i + LANES, b, bByteOffset, s1);
      s2 = dotStep(a, i + 2 * LANES, b, bByteOffset, s2);
      s3 = dotStep(a, i + 3 * LANES, b, bByteOffset, s3);
    }
    for (int end = length - LANES; i <= end; i += LANES) {
      s0 = dotStep(a, i, b, bByteOffset, s0);
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; i < length; i++) {
      sum += a[i] * b.get(SegmentLayout.F32, bByteOffset + 4L * i);
    }
    return sum;
  }

  private static FloatVector dotStep(
      float[] a, int i, MemorySegment b, long byteOffset, FloatVector sum) {
    return FloatVector.fromArray(SPECIES, a, i)
        .fma(FloatVector.fromMemorySegment(SPECIES, b, byteOffset + 4L * i, ORDER), sum);
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
            FloatVector.fromArray(SPECIES, columns, columnsOffset + d * count + j)
                .sub(a[aOffset + d]);
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
        sum =
            FloatVector.fromArray(SPECIES, columns, columnsOffset + d * count + j).fma(value, sum);
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
