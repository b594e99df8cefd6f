package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Distances of a query to vectors as they are stored, in one form of their components, at any
 * alignment. Stateless.
 */
public interface StoredKernels {
  /**
   * Squared Euclidean distance.
   *
   * @param query {@code [>= length]}
   * @param at where the stored vector begins, in bytes
   * @param length components, a multiple of 16
   */
  float squaredL2(float[] query, MemorySegment stored, long at, int length);

  /** Inner product; parameters as above. */
  float dot(float[] query, MemorySegment stored, long at, int length);
}
