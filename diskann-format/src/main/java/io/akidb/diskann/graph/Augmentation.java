package io.akidb.diskann.graph;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Kernels;
import io.akidb.diskann.format.v1.Spill;
import java.util.Arrays;

/**
 * How vectors are brought into the {@link BuildSpace}: what they are multiplied by, which component
 * is added, and the mean of the result. 8 bytes of heap a vector for inner products, none else.
 */
final class Augmentation {
  private final Spill spill;
  private final boolean isDot;
  private final float[] added;
  private final float[] mean;
  private final float addedMean;

  Augmentation(Spill spill, DistanceMetric metric) {
    this.spill = spill;
    this.isDot = metric == DistanceMetric.DOT;
    int n = spill.size();
    int padded = spill.paddedDimension();
    this.added = new float[isDot ? n : 0];
    double[] sum = new double[padded];
    float[] scratch = new float[padded];
    double longest = 0;
    double[] squares = new double[isDot ? n : 0];
    for (int i = 0; i < n; i++) {
      spill.vector(i, scratch);
      float scale = spill.inverseNorm(i);
      double square = 0;
      for (int d = 0; d < padded; d++) {
        sum[d] += scratch[d] * scale;
        square += (double) scratch[d] * scratch[d];
      }
      if (isDot) {
        squares[i] = square;
        longest = Math.max(longest, square);
      }
    }
    double addedSum = 0;
    for (int i = 0; i < added.length; i++) {
      added[i] = (float) Math.sqrt(Math.max(0, longest - squares[i]));
      addedSum += added[i];
    }
    this.mean = new float[padded];
    for (int d = 0; d < padded; d++) {
      mean[d] = (float) (sum[d] / Math.max(1, n));
    }
    this.addedMean = (float) (addedSum / Math.max(1, n));
  }

  /** Components of {@link #load}: the padded dimension, and with an added component one more. */
  int length() {
    return mean.length + (isDot ? 1 : 0);
  }

  /**
   * Copies a vector, scaled, with its added component and less the mean, into {@code into[length]}.
   */
  void load(int i, float[] into) {
    spill.vector(i, into);
    float scale = spill.inverseNorm(i);
    for (int d = 0; d < mean.length; d++) {
      into[d] = into[d] * scale - mean[d];
    }
    if (isDot) {
      into[mean.length] = added[i] - addedMean;
    }
  }

  /** The component that is added to a vector; 0 where there is none. */
  float added(int i) {
    return isDot ? added[i] : 0;
  }

  /** The vector nearest to the mean: where walks start. */
  int medoid() {
    float[] scratch = new float[length()];
    float[] origin = new float[length()];
    Arrays.fill(origin, 0);
    int best = 0;
    float bestDistance = Float.POSITIVE_INFINITY;
    for (int i = 0; i < spill.size(); i++) {
      load(i, scratch);
      float distance = Kernels.squaredL2(scratch, origin);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = i;
      }
    }
    return best;
  }
}
