package io.akidb.build;

import java.io.Serializable;

/**
 * What one shard shall hold. Its number is also the number of its centroid in the router.
 *
 * @param primaryRows rows whose own place it is
 * @param replicaRows copies of rows of neighbouring partitions
 * @param replicaBucketMin the least closeness bucket (see {@link Closeness}) from which on a
 *     neighbour's row is copied here; above the last bucket: none is
 */
record ShardPlan(long primaryRows, long replicaRows, int replicaBucketMin) implements Serializable {
  long rows() {
    return primaryRows + replicaRows;
  }
}
