package io.akidb.catalog;

import org.jspecify.annotations.Nullable;

/**
 * One version of a vector, or its deletion. The newest version of an id wins: the greater {@code
 * order}; at the same order the one in the segment of the greater sequence; within a segment the
 * later one. The arrays are handed over, not copied.
 *
 * @param id the user's, 1 to 512 bytes of UTF-8
 * @param order by which versions of one id are compared: microseconds since the epoch, or the
 *     stream's own event order; not negative
 * @param vector {@code [dimension]}; null for a tombstone
 * @param payload a JSON object in UTF-8, or null
 */
@SuppressWarnings("ArrayRecordComponent") // handed over; compared by nobody but tests
public record VectorRecord(
    String id, long order, float @Nullable [] vector, byte @Nullable [] payload) {

  /** A new version of a vector. */
  public static VectorRecord upsert(
      String id, long order, float[] vector, byte @Nullable [] payload) {
    return new VectorRecord(id, order, vector, payload);
  }

  /** The deletion of an id. */
  public static VectorRecord tombstone(String id, long order) {
    return new VectorRecord(id, order, null, null);
  }

  /** Whether this deletes. */
  public boolean isTombstone() {
    return vector == null;
  }
}
