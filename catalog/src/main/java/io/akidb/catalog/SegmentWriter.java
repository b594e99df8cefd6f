package io.akidb.catalog;

/** Writes one segment. For one thread. */
public final class SegmentWriter implements AutoCloseable {
  SegmentWriter() {}

  /** Adds a record, which must have passed {@link RecordValidator}. */
  public void add(VectorRecord row) {
    throw new UnsupportedOperationException();
  }

  /** Records so far. */
  public int rows() {
    throw new UnsupportedOperationException();
  }

  /** Bytes so far, about. */
  public long bytes() {
    throw new UnsupportedOperationException();
  }

  /** Uploads the segment. At least one record must have been added. */
  public StagedSegment finish() {
    throw new UnsupportedOperationException();
  }

  /** Deletes the temporary file; without {@link #finish} nothing was uploaded. */
  @Override
  public void close() {}
}
