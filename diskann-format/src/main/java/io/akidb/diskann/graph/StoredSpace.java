package io.akidb.diskann.graph;

import java.lang.foreign.MemorySegment;
import java.util.function.IntUnaryOperator;

/**
 * A space whose vectors can be copied, so that those which are compared with each other lie
 * together. Distances in a copy are those in the space itself, up to rounding.
 */
interface StoredSpace extends BuildSpace {
  /** Bytes that a copy of so many vectors takes. */
  long copyBytes(int vectors);

  /**
   * Copies some vectors, or all in another order.
   *
   * @param count how many
   * @param from the vector that is taken as the i-th, {@code 0 <= i < count}
   * @param to what it is named in the copy; each below the count, and none twice
   * @param into {@link #copyBytes} of the count, which the copy reads from then on
   */
  StoredSpace copy(int count, IntUnaryOperator from, IntUnaryOperator to, MemorySegment into);
}
