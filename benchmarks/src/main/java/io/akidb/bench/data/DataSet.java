package io.akidb.bench.data;

import io.akidb.diskann.DistanceMetric;

/**
 * Vectors, queries, and the exact answer.
 *
 * @param name short, of letters, digits and dashes
 * @param metric for {@link DistanceMetric#COSINE} all vectors have unit length
 * @param base {@code [rows][dimension]}
 * @param queries {@code [queries][dimension]}
 * @param truth {@code [queries][at least 10]}, row numbers of the nearest, nearest first
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record DataSet(
    String name, DistanceMetric metric, float[][] base, float[][] queries, int[][] truth) {
  /** Components of a vector. */
  public int dimension() {
    return queries[0].length;
  }
}
