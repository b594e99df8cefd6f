package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** Inner products of signed codes whose components lie within {@code -63..63}, at any alignment. */
public interface CodeKernels {
  /** What a code's length is a multiple of; the rest is zeros. */
  int BYTES_ALIGNED = 64;

  /** The largest magnitude of a component: eight products still fit into 16 bits. */
  int COMPONENT_MAX = 63;

  /**
   * The inner product of two codes.
   *
   * @param length a multiple of {@link #BYTES_ALIGNED}
   */
  int dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int length);
}
