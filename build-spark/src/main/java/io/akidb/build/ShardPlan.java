package io.akidb.build;

import java.io.Serializable;

/**
 * What one shard shall hold, and how it comes about. Its number is also the number of its centroid
 * in the router.
 *
 * @param primaryRows rows whose own place it is; each id has one
 * @param replicaRows copies of rows of neighbouring partitions
 * @param replicaBucketMin the least closeness bucket (see {@link Closeness}) from which on a
 *     neighbour's row is copied here; above the last bucket: none is
 * @param way how it comes about
 * @param merges how often it was merged since its graph was built
 * @param removed rows of the same shard of the build before that are deleted or replaced
 * @param added rows that come in or replace one
 */
record ShardPlan(
    long primaryRows,
    long replicaRows,
    int replicaBucketMin,
    Way way,
    int merges,
    long removed,
    long added)
    implements Serializable {
  /** How a shard comes about. */
  enum Way {
    /** Its graph is built. */
    BUILT,
    /** What changed is merged into the shard of the build before. */
    MERGED,
    /** Nothing changed: it is the shard of the build before. */
    CARRIED
  }

  /** One that is built out of rows alone. */
  ShardPlan(long primaryRows, long replicaRows, int replicaBucketMin) {
    this(
        primaryRows,
        replicaRows,
        replicaBucketMin,
        Way.BUILT,
        0,
        0,
        Math.addExact(primaryRows, replicaRows));
  }

  long rows() {
    return primaryRows + replicaRows;
  }
}
