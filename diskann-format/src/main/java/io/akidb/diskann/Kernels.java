package io.akidb.diskann;

import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.KernelSet;
import java.lang.foreign.MemorySegment;

/**
 * Distances between vectors of f32, by SIMD where the JVM was started with {@code --add-modules
 * jdk.incubator.vector}, by plain loops otherwise. Stateless; safe for any thread. Lengths are the
 * caller's to get right: the arrays' own bounds are what is checked.
 */
public final class Kernels {
  private static final KernelSet BEST = BestKernels.floats();

  private Kernels() {}

  /** Whether SIMD is in use. */
  public static boolean isVectorized() {
    return BestKernels.isVectorized();
  }

  /** Squared Euclidean distance of {@code a[n]} and {@code b[n]}. */
  public static float squaredL2(float[] a, float[] b) {
    return BEST.squaredL2(a, 0, b, 0, a.length);
  }

  /** Squared Euclidean distance of {@code a[0..length)} and {@code b[bOffset..bOffset+length)}. */
  public static float squaredL2(float[] a, float[] b, int bOffset, int length) {
    return BEST.squaredL2(a, 0, b, bOffset, length);
  }

  /**
   * Squared Euclidean distance of {@code a[0..length)} and little-endian f32 from a byte offset on.
   */
  public static float squaredL2(float[] a, MemorySegment b, long bByteOffset, int length) {
    return BEST.squaredL2(a, b, bByteOffset, length);
  }

  /** Inner product of {@code a[n]} and {@code b[n]}. */
  public static float dot(float[] a, float[] b) {
    return BEST.dot(a, 0, b, 0, a.length);
  }

  /** Inner product of {@code a[0..length)} and {@code b[bOffset..bOffset+length)}. */
  public static float dot(float[] a, float[] b, int bOffset, int length) {
    return BEST.dot(a, 0, b, bOffset, length);
  }

  /** Inner product of {@code a[0..length)} and little-endian f32 from a byte offset on. */
  public static float dot(float[] a, MemorySegment b, long bByteOffset, int length) {
    return BEST.dot(a, b, bByteOffset, length);
  }

  /** The distance of two vectors {@code [n]} by a metric. */
  public static float distance(DistanceMetric metric, float[] a, float[] b) {
    return switch (metric) {
      case L2 -> squaredL2(a, b);
      case DOT -> -dot(a, b);
      case COSINE -> 1 - dot(a, b) * inverseNorm(a) * inverseNorm(b);
    };
  }

  /** One over the Euclidean length, or 0 for the zero vector. */
  public static float inverseNorm(float[] vector) {
    return inverseNorm(vector, vector.length);
  }

  /** One over the Euclidean length of the first components, or 0 if they are all zero. */
  public static float inverseNorm(float[] vector, int length) {
    // Squares of f32 may overflow f32, so the sum is a double; it is computed once a vector.
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (double) vector[i] * vector[i];
    }
    return sum == 0 ? 0 : (float) (1 / Math.sqrt(sum));
  }
}
