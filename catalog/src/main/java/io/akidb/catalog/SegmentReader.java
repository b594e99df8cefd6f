package io.akidb.catalog;

import java.util.Iterator;

/**
 * Reads one segment, in the order it was written. For one thread. The checksum is known to hold
 * only when {@link #hasNext} answered false: what was read before must not be published earlier.
 */
public final class SegmentReader implements Iterator<VectorRecord>, AutoCloseable {
  SegmentReader() {}

  /**
   * Whether there is another record.
   *
   * @throws CorruptSegmentException if the object is not what its reference says
   */
  @Override
  public boolean hasNext() {
    throw new UnsupportedOperationException();
  }

  @Override
  public VectorRecord next() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
