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

  /**
   * Inner products of one code with others out of the same bytes, where code number i begins at
   * {@code i * length}. Four at a time: what one waits for in memory, the others do meanwhile.
   *
   * @param others {@code [>= count]} numbers of codes
   * @param length a multiple of {@link #BYTES_ALIGNED}, at most 4,096
   * @param dots {@code [>= count]}, exact: none is over 24 bits
   */
  void dots(MemorySegment codes, int one, int[] others, int count, int length, float[] dots);
}
