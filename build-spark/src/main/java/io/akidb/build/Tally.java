package io.akidb.build;

import java.io.Serializable;

/**
 * What came in and what is left, in rows. Every number is exact: it is summed over results, not
 * over side effects.
 *
 * @param segmentRows read from live segments, tombstones included
 * @param indexRows read from the previous index's shards, copies at partition borders included
 * @param indexIds distinct ids among {@code indexRows}
 * @param carriedTombstones read from what the previous build carried over
 * @param superseded records that a newer one of the same id replaced
 * @param overlapCopies rows that the previous index held twice or more, beyond the first
 * @param tombstones ids whose newest record is a delete
 * @param retainedTombstones those of {@code tombstones} that are young enough to be carried on
 * @param live ids whose newest record is a vector
 * @param maxOrder the greatest order seen, or {@link Long#MIN_VALUE} of nothing
 */
record Tally(
    long segmentRows,
    long indexRows,
    long indexIds,
    long carriedTombstones,
    long superseded,
    long overlapCopies,
    long tombstones,
    long retainedTombstones,
    long live,
    long maxOrder)
    implements Serializable {
  static final Tally NOTHING = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, Long.MIN_VALUE);

  /** The tally of one id. */
  static Tally of(Candidate newest, long retainTombstonesAfter) {
    int indexCopies = Math.max(0, newest.indexRows() - 1);
    int records =
        newest.segmentRows() + newest.indexRows() - indexCopies + newest.carriedTombstones();
    boolean dead = newest.isTombstone();
    return new Tally(
        newest.segmentRows(),
        newest.indexRows(),
        newest.indexRows() > 0 ? 1 : 0,
        newest.carriedTombstones(),
        records - 1L,
        indexCopies,
        dead ? 1 : 0,
        dead && newest.order() > retainTombstonesAfter ? 1 : 0,
        dead ? 0 : 1,
        newest.order());
  }

  Tally plus(Tally other) {
    return new Tally(
        segmentRows + other.segmentRows,
        indexRows + other.indexRows,
        indexIds + other.indexIds,
        carriedTombstones + other.carriedTombstones,
        superseded + other.superseded,
        overlapCopies + other.overlapCopies,
        tombstones + other.tombstones,
        retainedTombstones + other.retainedTombstones,
        live + other.live,
        Math.max(maxOrder, other.maxOrder));
  }

  /** Rows read from everywhere. */
  long rowsIn() {
    return segmentRows + indexRows + carriedTombstones;
  }
}
