package io.akidb.bench.data;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Kernels;

/**
 * What files hold.
 *
 * @param metric how near two vectors are
 * @param base {@code [rows][dimension]}
 * @param queries {@code [queries][dimension]}
 * @param truth what the files say are the nearest rows; {@code [0][]} when they say nothing
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record RawData(DistanceMetric metric, float[][] base, float[][] queries, int[][] truth) {

  /** Scales to unit length in place where only angles count. */
  void normalize() {
    if (metric == DistanceMetric.COSINE) {
      normalize(base);
      normalize(queries);
    }
  }

  private static void normalize(float[][] vectors) {
    for (float[] vector : vectors) {
      float scale = Kernels.inverseNorm(vector);
      for (int d = 0; d < vector.length; d++) {
        vector[d] *= scale;
      }
    }
  }
}
