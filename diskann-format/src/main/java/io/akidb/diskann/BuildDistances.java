package io.akidb.diskann;

import java.lang.foreign.MemorySegment;

/**
 * Distances that a graph is built by, each a squared Euclidean one of some space, as pruning needs:
 * of the vectors themselves (L2), of the vectors brought to unit length (cosine), or of the vectors
 * with one more component that gives all the same length (inner product; Bachrach et al., Speeding
 * Up the Xbox Recommender System, RecSys 2014). Safe for any thread.
 */
final class BuildDistances {
  private final Spill spill;
  private final DistanceMetric metric;
  private final MemorySegment vectors;
  private final int padded;
  private final KernelSet kernels = Kernels.best();

  /** Inner product only: squared lengths, and the component that is added. */
  private final float[] squaredNorms;

  private final float[] added;

  BuildDistances(Spill spill, DistanceMetric metric) {
    this.spill = spill;
    this.metric = metric;
    this.vectors = spill.vectors();
    this.padded = spill.paddedDimension();
    int n = metric == DistanceMetric.DOT ? spill.size() : 0;
    this.squaredNorms = new float[n];
    this.added = new float[n];
    float[] scratch = new float[padded];
    float longest = 0;
    for (int i = 0; i < n; i++) {
      spill.vector(i, scratch);
      squaredNorms[i] = kernels.dot(scratch, 0, scratch, 0, padded);
      longest = Math.max(longest, squaredNorms[i]);
    }
    for (int i = 0; i < n; i++) {
      added[i] = (float) Math.sqrt(Math.max(0, longest - squaredNorms[i]));
    }
  }

  int size() {
    return spill.size();
  }

  int paddedDimension() {
    return padded;
  }

  /** Copies vector {@code i} to where {@link #from} wants it. */
  void load(int i, float[] into) {
    spill.vector(i, into);
  }

  /** Distance of vector {@code i}, loaded into {@code vector}, to vector {@code j}. */
  float from(float[] vector, int i, int j) {
    long at = spill.vectorAt(j);
    return switch (metric) {
      case L2 -> kernels.squaredL2(vector, vectors, at, padded);
      case COSINE ->
          2
              - 2
                  * kernels.dot(vector, vectors, at, padded)
                  * spill.inverseNorm(i)
                  * spill.inverseNorm(j);
      case DOT -> {
        float difference = added[i] - added[j];
        yield squaredNorms[i]
            + squaredNorms[j]
            - 2 * kernels.dot(vector, vectors, at, padded)
            + difference * difference;
      }
    };
  }

  /** The vector nearest to the mean of all: where walks start. */
  int medoid() {
    int n = size();
    double[] sum = new double[padded];
    double addedSum = 0;
    float[] scratch = new float[padded];
    for (int i = 0; i < n; i++) {
      load(i, scratch);
      float scale = spill.inverseNorm(i);
      for (int d = 0; d < padded; d++) {
        sum[d] += scratch[d] * scale;
      }
      addedSum += metric == DistanceMetric.DOT ? added[i] : 0;
    }
    float[] mean = new float[padded];
    for (int d = 0; d < padded; d++) {
      mean[d] = (float) (sum[d] / n);
    }
    float addedMean = (float) (addedSum / n);
    int best = 0;
    float bestDistance = Float.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      float distance = fromMean(mean, addedMean, i);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = i;
      }
    }
    return best;
  }

  private float fromMean(float[] mean, float addedMean, int i) {
    long at = spill.vectorAt(i);
    return switch (metric) {
      case L2 -> kernels.squaredL2(mean, vectors, at, padded);
      // Up to a constant: unit vectors differ in the inner product alone.
      case COSINE -> -kernels.dot(mean, vectors, at, padded) * spill.inverseNorm(i);
      case DOT -> {
        float difference = added[i] - addedMean;
        yield squaredNorms[i]
            - 2 * kernels.dot(mean, vectors, at, padded)
            + difference * difference;
      }
    };
  }
}
