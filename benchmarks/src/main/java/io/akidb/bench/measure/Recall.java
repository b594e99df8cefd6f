package io.akidb.bench.measure;

import java.util.Arrays;

/** The share of true neighbours that were found. */
public final class Recall {
  private Recall() {}

  /**
   * Over all queries.
   *
   * @param found {@code [queries][k]} row numbers
   * @param counts how many were found of each
   * @param truth {@code [queries][at least k, or as many as there are]}, nearest first
   */
  public static double of(int[][] found, int[] counts, int[][] truth, int k) {
    long hits = 0;
    long wanted = 0;
    for (int q = 0; q < found.length; q++) {
      int[] nearest = Arrays.copyOf(truth[q], Math.min(k, truth[q].length));
      Arrays.sort(nearest);
      wanted += nearest.length;
      // An engine that answers a row twice has found it once.
      hits +=
          Arrays.stream(found[q], 0, counts[q])
              .distinct()
              .filter(row -> Arrays.binarySearch(nearest, row) >= 0)
              .count();
    }
    return wanted == 0 ? 1 : (double) hits / wanted;
  }
}
