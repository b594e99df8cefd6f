package io.akidb.build;

import java.io.Serializable;
import java.util.Iterator;
import scala.Tuple2;

/**
 * What was read, and what each shard of the previous index would hold, lose and gain if its rows
 * stay where they are. One per task, so 32 bytes a shard. Not safe for use by many threads.
 */
final class ChangeCounts implements Serializable {
  private static final long serialVersionUID = 1;

  private final long[] own;
  private final long[] copies;
  private final long[] removed;
  private final long[] added;
  private Tally tally = Tally.NOTHING;

  ChangeCounts(int shards) {
    this.own = new long[shards];
    this.copies = new long[shards];
    this.removed = new long[shards];
    this.added = new long[shards];
  }

  /** Counts the newest records of a task. */
  static ChangeCounts of(
      Iterator<Tuple2<String, Candidate>> rows, Placement placement, long retainTombstonesAfter) {
    ChangeCounts counts = new ChangeCounts(placement.shards());
    Placement.Finder finder = placement.finder();
    while (rows.hasNext()) {
      Tuple2<String, Candidate> row = rows.next();
      counts.tally = counts.tally.plus(Tally.of(row._2(), retainTombstonesAfter));
      counts.add(row._1(), row._2(), finder);
    }
    return counts;
  }

  private void add(String id, Candidate newest, Placement.Finder finder) {
    if (newest.isHeld()) {
      // Which of its shards counts as its own is of no consequence, as long as one does.
      int[] holders = newest.holders();
      own[holders[0]]++;
      for (int i = 1; i < holders.length; i++) {
        copies[holders[i]]++;
      }
      return;
    }
    for (int holder : newest.holders()) {
      removed[holder]++;
    }
    if (!newest.isTombstone()) {
      finder.find(id, newest.vector());
      own[finder.primary()]++;
      added[finder.primary()]++;
      int replica = finder.replica();
      if (replica >= 0) {
        copies[replica]++;
        added[replica]++;
      }
    }
  }

  /** Adds another's counts to this one's. */
  ChangeCounts plus(ChangeCounts other) {
    tally = tally.plus(other.tally);
    for (int shard = 0; shard < own.length; shard++) {
      own[shard] += other.own[shard];
      copies[shard] += other.copies[shard];
      removed[shard] += other.removed[shard];
      added[shard] += other.added[shard];
    }
    return this;
  }

  Tally tally() {
    return tally;
  }

  int shards() {
    return own.length;
  }

  /** Rows of a shard, as they would be, whose own place it is. */
  long own(int shard) {
    return own[shard];
  }

  /** Rows of a shard, as they would be, that are copies. */
  long copies(int shard) {
    return copies[shard];
  }

  /** Rows of the previous index's shard that are deleted or replaced. */
  long removed(int shard) {
    return removed[shard];
  }

  /** Rows that come in or replace one. */
  long added(int shard) {
    return added[shard];
  }
}
