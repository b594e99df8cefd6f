package io.akidb.diskann.graph;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Kernels;
import io.akidb.diskann.format.v1.Spill;

/**
 * How vectors are brought into the {@link BuildSpace}: what they are multiplied by, and the mean of
 * the result. 8 bytes of heap a vector for inner products, none else.
 */
final class Scaling {
  /**
   * Vectors shorter than this share of the longest are placed as if they had this length: they are
   * the nearest of no query, and squares stay within f32.
   */
  private static final double SHORTEST = 1e-4;

  private final Spill spill;
  private final DistanceMetric metric;
  private final float[] scales;
  private final float[] squares;
  private final float[] mean;

  Scaling(Spill spill, DistanceMetric metric) {
    this.spill = spill;
    this.metric = metric;
    int n = spill.size();
    boolean isDot = metric == DistanceMetric.DOT;
    this.scales = new float[isDot ? n : 0];
    this.squares = new float[isDot ? n : 0];
    float[] vector = new float[spill.paddedDimension()];
    if (isDot) {
      scaleByLength(vector);
    }
    double[] sum = new double[vector.length];
    for (int i = 0; i < n; i++) {
      spill.vector(i, vector);
      float scale = scale(i);
      for (int d = 0; d < vector.length; d++) {
        sum[d] += vector[d] * scale;
      }
    }
    this.mean = new float[vector.length];
    for (int d = 0; d < vector.length; d++) {
      mean[d] = (float) (sum[d] / Math.max(1, n));
    }
  }

  /** A vector of length l gets the length 1 / sqrt(l), in units of the longest. */
  private void scaleByLength(float[] vector) {
    double longest = 0;
    for (int i = 0; i < scales.length; i++) {
      longest = Math.max(longest, lengthOf(i, vector));
    }
    for (int i = 0; i < scales.length; i++) {
      double length = lengthOf(i, vector);
      if (length > 0) {
        double square = 1 / Math.max(SHORTEST, length / longest);
        squares[i] = (float) square;
        scales[i] = (float) (Math.sqrt(square) / length);
      }
    }
  }

  private double lengthOf(int i, float[] vector) {
    spill.vector(i, vector);
    double square = 0;
    for (float x : vector) {
      square += (double) x * x;
    }
    return Math.sqrt(square);
  }

  /** Components of {@link #load}. */
  int length() {
    return mean.length;
  }

  /** What a vector is multiplied by. */
  float scale(int i) {
    return metric == DistanceMetric.DOT ? scales[i] : spill.inverseNorm(i);
  }

  /** The squared length of a scaled vector, for cosine and inner product. */
  float square(int i) {
    return metric == DistanceMetric.DOT ? squares[i] : 1;
  }

  /** Copies a vector, scaled and less the mean, into {@code into[length]}. */
  void load(int i, float[] into) {
    spill.vector(i, into);
    float scale = scale(i);
    for (int d = 0; d < mean.length; d++) {
      into[d] = into[d] * scale - mean[d];
    }
  }

  /** The vector nearest to the mean: where walks start. */
  int medoid() {
    float[] vector = new float[length()];
    int best = 0;
    float bestSquare = Float.POSITIVE_INFINITY;
    for (int i = 0; i < spill.size(); i++) {
      load(i, vector);
      float square = Kernels.dot(vector, vector);
      if (square < bestSquare) {
        bestSquare = square;
        best = i;
      }
    }
    return best;
  }
}
