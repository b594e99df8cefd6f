package io.akidb.diskann.graph;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The order in which nodes are inserted: a seeded random one, as Vamana asks for, but within each
 * batch of it such that near nodes follow each other. Their walks end in the same part of the
 * graph, which is then in the processor's caches; on 60,000 vectors of 784 components this takes a
 * fifth off the processor time, at the same recall.
 */
final class InsertionOrder {
  /** Nodes that fit into caches as they come. */
  private static final int BATCH = 8192;

  private static final int PIVOTS = 64;

  private InsertionOrder() {}

  /** Brings nodes of a space into their order. */
  static void arrange(BuildSpace space, long seed, int... order) {
    arrange(space, seed, BATCH, order);
  }

  static void arrange(BuildSpace space, long seed, int batch, int... order) {
    int count = order.length;
    shuffle(seed, order);
    if (count <= batch) {
      return;
    }
    int[] pivots = chained(space, Arrays.copyOf(order, Math.min(PIVOTS, count)));
    IntStream.range(0, (count + batch - 1) / batch)
        .parallel()
        .forEach(
            part -> {
              int from = part * batch;
              byPivot(space, pivots, order, from, Math.min(count, from + batch));
            });
  }

  /** Orders a batch by pivot, then by node. */
  private static void byPivot(BuildSpace space, int[] pivots, int[] order, int from, int to) {
    long[] keys = new long[to - from];
    float[] distances = new float[pivots.length];
    for (int i = 0; i < keys.length; i++) {
      space.between(order[from + i], pivots, pivots.length, distances);
      keys[i] = (long) leastOf(distances) << 32 | order[from + i];
    }
    Arrays.sort(keys);
    for (int i = 0; i < keys.length; i++) {
      order[from + i] = (int) keys[i];
    }
  }

  private static void shuffle(long seed, int... order) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = order.length - 1; i > 0; i--) {
      swap(order, i, random.nextInt(i + 1));
    }
  }

  /** Each pivot followed by the nearest of those that are left, so that adjacent cells are near. */
  private static int[] chained(BuildSpace space, int[] pivots) {
    for (int i = 1; i < pivots.length; i++) {
      int nearest = i;
      for (int j = i + 1; j < pivots.length; j++) {
        if (space.between(pivots[i - 1], pivots[j])
            < space.between(pivots[i - 1], pivots[nearest])) {
          nearest = j;
        }
      }
      swap(pivots, i, nearest);
    }
    return pivots;
  }

  private static int leastOf(float[] distances) {
    int least = 0;
    for (int i = 1; i < distances.length; i++) {
      if (distances[i] < distances[least]) {
        least = i;
      }
    }
    return least;
  }

  private static void swap(int[] items, int i, int j) {
    int item = items[i];
    items[i] = items[j];
    items[j] = item;
  }
}
