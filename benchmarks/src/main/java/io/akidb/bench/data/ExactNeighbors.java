package io.akidb.bench.data;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Kernels;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Exact nearest rows by comparing with every one; uses all cores. */
public final class ExactNeighbors {
  /** Queries that are compared with a row while it is in the cache. */
  private static final int GROUP = 16;

  private ExactNeighbors() {}

  /**
   * The nearest rows of each query, nearest first; of equal ones the smaller row.
   *
   * @param base {@code [rows][dimension]}, of unit length for cosine
   * @param queries {@code [n][dimension]}, likewise
   * @param accepts which rows may be answers
   * @return {@code [n][k]}, shorter where fewer rows are accepted
   */
  public static int[][] find(
      DistanceMetric metric, float[][] base, float[][] queries, int k, IntPredicate accepts) {
    int[] rows = IntStream.range(0, base.length).filter(accepts).toArray();
    int[][] found = new int[queries.length][];
    IntStream.range(0, (queries.length + GROUP - 1) / GROUP)
        .parallel()
        .forEach(
            group -> {
              int from = group * GROUP;
              int to = Math.min(queries.length, from + GROUP);
              Nearest[] nearest = new Nearest[to - from];
              Arrays.setAll(nearest, i -> new Nearest(k));
              for (int row : rows) {
                for (int q = from; q < to; q++) {
                  nearest[q - from].offer(row, distance(metric, queries[q], base[row]));
                }
              }
              for (int q = from; q < to; q++) {
                found[q] = nearest[q - from].rows();
              }
            });
    return found;
  }

  /** Smaller is nearer. */
  static float distance(DistanceMetric metric, float[] a, float[] b) {
    return metric == DistanceMetric.L2 ? Kernels.squaredL2(a, b) : -Kernels.dot(a, b);
  }

  /** The k nearest so far, sorted. */
  private static final class Nearest {
    private final float[] distances;
    private final int[] rows;
    private int size;

    Nearest(int k) {
      distances = new float[k];
      rows = new int[k];
    }

    void offer(int row, float distance) {
      if (size == rows.length && !(distance < distances[size - 1])) {
        return;
      }
      int at = size < rows.length ? size++ : size - 1;
      for (; at > 0 && distances[at - 1] > distance; at--) {
        distances[at] = distances[at - 1];
        rows[at] = rows[at - 1];
      }
      distances[at] = distance;
      rows[at] = row;
    }

    int[] rows() {
      return Arrays.copyOf(rows, size);
    }
  }
}
