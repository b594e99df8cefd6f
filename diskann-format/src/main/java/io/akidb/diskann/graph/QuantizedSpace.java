package io.akidb.diskann.graph;

import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.CodeKernels;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.function.IntUnaryOperator;

/**
 * Distances between scalar-quantized vectors: each has the mean taken away and is then rounded to
 * 127 steps of its own length (as in LVQ: Aguerrebere et al., Similarity Search in the Blink of an
 * Eye with Compressed Indices, VLDB 2023). A quarter of the memory traffic of f32, which is what
 * building spends its time on. Codes lie in a mapped work file, {@code [n][codeLength]}, and behind
 * all of them what belongs to each: the length of its step, and the squared length of the rounded
 * vector, so that what is computed is the true distance of rounded vectors.
 */
final class QuantizedSpace implements StoredSpace {
  private static final int TERM_BYTES = 8;

  private final CodeKernels kernels = BestKernels.codes();
  private final MemorySegment codes;
  private final int size;
  private final int length;

  QuantizedSpace(MemorySegment codes, int size, int length) {
    this.codes = codes;
    this.size = size;
    this.length = length;
  }

  /** Bytes of the work file. */
  static long bytes(int size, int length) {
    return (long) size * (length + TERM_BYTES);
  }

  static int codeLength(int components) {
    int aligned = CodeKernels.BYTES_ALIGNED;
    return (components + aligned - 1) / aligned * aligned;
  }

  /**
   * Rounds a vector.
   *
   * @param vector {@code [components]}
   * @param code {@code [codeLength(components)]}
   * @return the length of a step
   */
  static float quantize(float[] vector, int components, byte[] code) {
    float largest = 0;
    for (int d = 0; d < components; d++) {
      largest = Math.max(largest, Math.abs(vector[d]));
    }
    float step = largest / CodeKernels.COMPONENT_MAX;
    // A step so small that its inverse is no number: the vector is the mean, as far as f32 can
    // tell.
    float inverse = step > Float.MIN_NORMAL ? 1 / step : 0;
    for (int d = 0; d < components; d++) {
      code[d] = (byte) Math.round(vector[d] * inverse);
    }
    return inverse == 0 ? 0 : step;
  }

  /** Takes a vector's code and the length of its step. */
  void set(int i, byte[] code, float scale) {
    int square = 0;
    for (byte component : code) {
      square += component * component;
    }
    MemorySegment.copy(code, 0, codes, SegmentLayout.I8, (long) i * length, length);
    codes.set(SegmentLayout.F32, scaleAt(i), scale);
    codes.set(SegmentLayout.F32, scaleAt(i) + 4, scale * scale * square);
  }

  private long scaleAt(int i) {
    return (long) size * length + (long) i * TERM_BYTES;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long copyBytes(int vectors) {
    return bytes(vectors, length);
  }

  @Override
  public StoredSpace copy(
      int count, IntUnaryOperator from, IntUnaryOperator to, MemorySegment into) {
    QuantizedSpace copy = new QuantizedSpace(into, count, length);
    for (int i = 0; i < count; i++) {
      int source = from.applyAsInt(i);
      int target = to.applyAsInt(i);
      MemorySegment.copy(codes, (long) source * length, into, (long) target * length, length);
      MemorySegment.copy(codes, scaleAt(source), into, copy.scaleAt(target), TERM_BYTES);
    }
    return copy;
  }

  @Override
  public float between(int i, int j) {
    int dot = kernels.dot(codes, (long) i * length, codes, (long) j * length, length);
    return distance(scaleAt(i), scaleAt(j), dot);
  }

  @Override
  public void between(int i, int[] others, int count, float[] distances) {
    kernels.dots(codes, i, others, count, length, distances);
    long own = scaleAt(i);
    for (int k = 0; k < count; k++) {
      distances[k] = distance(own, scaleAt(others[k]), distances[k]);
    }
  }

  private float distance(long a, long b, float dot) {
    float scales = codes.get(SegmentLayout.F32, a) * codes.get(SegmentLayout.F32, b);
    float squares = codes.get(SegmentLayout.F32, a + 4) + codes.get(SegmentLayout.F32, b + 4);
    return Math.max(0, squares - 2 * (scales * dot));
  }
}
