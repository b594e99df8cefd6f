package io.akidb.build;

import java.io.Serializable;

/**
 * How many rows each shard would get: as their own place, and as copies, by {@link Closeness}
 * bucket. One per task, so 8 x (1 + buckets) bytes a shard. Not safe for use by many threads.
 */
final class PlacementCounts implements Serializable {
  private static final long serialVersionUID = 1;

  private final long[] primaries;
  private final long[] replicas;

  PlacementCounts(int shards) {
    this.primaries = new long[shards];
    this.replicas = new long[Math.multiplyExact(shards, Closeness.BUCKETS)];
  }

  void addPrimary(int shard) {
    primaries[shard]++;
  }

  void addReplica(int shard, int bucket) {
    replicas[shard * Closeness.BUCKETS + bucket]++;
  }

  /** Adds another's counts to this one's. */
  PlacementCounts plus(PlacementCounts other) {
    for (int i = 0; i < primaries.length; i++) {
      primaries[i] += other.primaries[i];
    }
    for (int i = 0; i < replicas.length; i++) {
      replicas[i] += other.replicas[i];
    }
    return this;
  }

  int shards() {
    return primaries.length;
  }

  long primaries(int shard) {
    return primaries[shard];
  }

  /** Copies that the shard gets if rows from this bucket on are copied. */
  long replicasFrom(int shard, int bucketMin) {
    long sum = 0;
    for (int bucket = bucketMin; bucket < Closeness.BUCKETS; bucket++) {
      sum += replicas[shard * Closeness.BUCKETS + bucket];
    }
    return sum;
  }

  /** Copies in all if rows from this bucket on are copied. */
  long replicasFrom(int bucketMin) {
    long sum = 0;
    for (int shard = 0; shard < primaries.length; shard++) {
      sum += replicasFrom(shard, bucketMin);
    }
    return sum;
  }
}
