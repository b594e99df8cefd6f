package io.akidb.diskann.graph;

import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.CodeKernels;
import java.lang.foreign.MemorySegment;

/**
 * Distances between scalar-quantized vectors: each has the mean taken away and is then rounded to
 * 127 steps of its own length (as in LVQ: Aguerrebere et al., Similarity Search in the Blink of an
 * Eye with Compressed Indices, VLDB 2023). A quarter of the memory traffic of f32, which is what
 * building spends its time on. 8 bytes of heap a vector; the codes lie in a mapped work file.
 */
final class QuantizedSpace implements BuildSpace {
  private final CodeKernels kernels = BestKernels.codes();
  private final MemorySegment codes;
  private final int length;
  private final float[] scales;

  /** Squared lengths of the rounded vectors, so that what is computed is their true distance. */
  private final float[] squares;

  QuantizedSpace(MemorySegment codes, int length, float[] scales, float[] squares) {
    this.codes = codes;
    this.length = length;
    this.scales = scales;
    this.squares = squares;
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

  @Override
  public int size() {
    return scales.length;
  }

  @Override
  public float between(int i, int j) {
    int dot = kernels.dot(codes, (long) i * length, codes, (long) j * length, length);
    return Math.max(0, squares[i] + squares[j] - 2 * (scales[i] * scales[j] * dot));
  }

  @Override
  public void between(int i, int[] others, int count, float[] distances) {
    kernels.dots(codes, i, others, count, length, distances);
    float square = squares[i];
    float scale = 2 * scales[i];
    for (int k = 0; k < count; k++) {
      int other = others[k];
      distances[k] = Math.max(0, square + squares[other] - scale * scales[other] * distances[k]);
    }
  }
}
