package io.akidb.build;

/**
 * How close a row stands to the border between its own partition and the second nearest one: one
 * minus the ratio of its squared distances to the two centroids, 1 (at its own centroid) to 0 (on
 * the border), in {@value #BUCKETS} buckets of which four make a factor of two. Counting by bucket
 * first lets a build choose for each shard how far its overlap reaches, so that its size stays
 * within bounds, and place every row by a rule that needs nothing but the row.
 */
final class Closeness {
  /** Buckets, numbered from 0; the last one stands at the border. */
  static final int BUCKETS = 64;

  private static final double PER_OCTAVE = 4;
  private static final double LOG_2 = Math.log(2);

  private Closeness() {}

  /** The bucket of a row with these squared distances, {@code nearest <= second}. */
  static int bucket(float nearest, float second) {
    if (!(second > 0)) {
      return BUCKETS - 1;
    }
    double margin = 1 - Math.clamp(nearest / (double) second, 0.0, 1.0);
    double octaves = -Math.log(margin) / LOG_2;
    return (int) Math.min(BUCKETS - 1, octaves * PER_OCTAVE);
  }
}
