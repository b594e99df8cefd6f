package io.akidb.build;

import io.akidb.catalog.Metric;
import io.akidb.diskann.Kernels;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * The rule by which a row finds its shard, a function of nothing but the row: the cell of the
 * nearest centroid, and within a cell that no centroid could divide (many equal vectors) a slot by
 * the hash of the id. Immutable.
 *
 * <p>Each shard has one centroid; the shards of a divided cell have equal ones, next to each other.
 * Distances are squared Euclidean ones, for cosine between vectors of length one.
 */
final class Placement implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int COPY_NONE = Closeness.BUCKETS;

  private final boolean cosine;
  private final int dimension;
  private final float[] centroids;
  private final int[] firstShard;
  private final int[] replicaBucketMin;
  private final long seed;

  private Placement(
      boolean cosine,
      int dimension,
      float[] centroids,
      int[] firstShard,
      int[] replicaBucketMin,
      long seed) {
    this.cosine = cosine;
    this.dimension = dimension;
    this.centroids = centroids;
    this.firstShard = firstShard;
    this.replicaBucketMin = replicaBucketMin;
    this.seed = seed;
  }

  /**
   * Over the shards' centroids, without copies at borders so far.
   *
   * @param centroids {@code [shards][dimension]}, equal ones next to each other
   */
  static Placement of(Metric metric, float[][] centroids, long seed) {
    int dimension = centroids[0].length;
    float[] flat = new float[Math.multiplyExact(centroids.length, dimension)];
    int[] firstShard = new int[centroids.length + 1];
    int cells = 0;
    for (int shard = 0; shard < centroids.length; shard++) {
      if (shard == 0 || !Arrays.equals(centroids[shard], centroids[shard - 1])) {
        System.arraycopy(centroids[shard], 0, flat, cells * dimension, dimension);
        firstShard[cells] = shard;
        cells++;
      }
    }
    firstShard[cells] = centroids.length;
    int[] none = new int[centroids.length];
    Arrays.fill(none, COPY_NONE);
    return new Placement(
        metric == Metric.COSINE,
        dimension,
        Arrays.copyOf(flat, cells * dimension),
        Arrays.copyOf(firstShard, cells + 1),
        none,
        seed);
  }

  /** This, with copies of rows near a border as the plan says. */
  Placement withCopies(List<ShardPlan> shards) {
    return new Placement(
        cosine,
        dimension,
        centroids,
        firstShard,
        shards.stream().mapToInt(ShardPlan::replicaBucketMin).toArray(),
        seed);
  }

  int shards() {
    return replicaBucketMin.length;
  }

  int cells() {
    return firstShard.length - 1;
  }

  /** Looks rows up; one for each thread. */
  Finder finder() {
    return new Finder();
  }

  /** Answers for the row that {@link #find} was last called with. For one thread. */
  final class Finder {
    private final float[] unit = new float[dimension];
    private int primary;
    private int second;
    private int bucket;

    /** Looks a row up. */
    void find(String id, float[] vector) {
      float[] point = cosine ? normalized(vector) : vector;
      int nearest = 0;
      int next = -1;
      float nearestDistance = Float.POSITIVE_INFINITY;
      float nextDistance = Float.POSITIVE_INFINITY;
      for (int cell = 0; cell < cells(); cell++) {
        float distance = Kernels.squaredL2(point, centroids, cell * dimension, dimension);
        if (distance < nearestDistance) {
          next = nearestDistance == Float.POSITIVE_INFINITY ? -1 : nearest;
          nextDistance = nearestDistance;
          nearest = cell;
          nearestDistance = distance;
        } else if (distance < nextDistance) {
          next = cell;
          nextDistance = distance;
        }
      }
      primary = shardOf(nearest, id);
      second = next < 0 ? -1 : shardOf(next, id);
      bucket = Closeness.bucket(nearestDistance, nextDistance);
    }

    private float[] normalized(float[] vector) {
      float scale = Kernels.inverseNorm(vector);
      for (int i = 0; i < dimension; i++) {
        unit[i] = vector[i] * scale;
      }
      return unit;
    }

    private int shardOf(int cell, String id) {
      int first = firstShard[cell];
      int slots = firstShard[cell + 1] - first;
      return slots == 1 ? first : first + (int) Math.floorMod(IdHash.of(id, ~seed), (long) slots);
    }

    /** The row's own shard. */
    int primary() {
      return primary;
    }

    /** The shard of the second nearest cell, or -1 if there is only one cell. */
    int second() {
      return second;
    }

    /** How close to the border the row stands; see {@link Closeness}. */
    int bucket() {
      return bucket;
    }

    /** The shard that gets a copy, or -1. */
    int replica() {
      return second >= 0 && bucket >= replicaBucketMin[second] ? second : -1;
    }
  }
}
