package io.akidb.diskann.quantization;

import java.lang.foreign.MemorySegment;

/**
 * A query as codes are scored by it. For one thread; used again and again, without allocation.
 *
 * <p>An estimate is one of the metric's distance ({@link io.akidb.diskann.DistanceMetric}): squared
 * Euclidean, one minus the cosine, or the negative inner product. It may lie below what such a
 * distance can be.
 */
public interface QuantizedQuery {
  /**
   * Takes a query.
   *
   * @param vector {@code [dimension]}, of any length; what stands behind these components is not
   *     read
   * @throws io.akidb.diskann.InvalidVectorException if a component is not finite, or cosine is
   *     asked of a vector without a direction
   */
  void set(float[] vector);

  /** Estimates the distance to the code that begins at a byte. */
  float estimate(MemorySegment codes, long at);

  /**
   * Estimates the distances to the codes of some nodes, of which node i's begins at {@code i *
   * bytesPerVector}.
   *
   * @param nodes {@code [count]}
   * @param into {@code [count]}
   */
  void estimate(MemorySegment codes, int[] nodes, int count, float[] into);

  /**
   * How far the distance may be from the estimate of a code, but for a few of a thousand; infinite
   * of quantizers that cannot tell.
   */
  default float errorBound(MemorySegment codes, long at) {
    return Float.POSITIVE_INFINITY;
  }
}
