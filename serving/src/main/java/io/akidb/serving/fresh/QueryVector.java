package io.akidb.serving.fresh;

import io.akidb.catalog.Metric;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Kernels;

/**
 * A query, with what is computed of it once. Distances are those of {@link DistanceMetric}: less is
 * nearer. Immutable.
 */
public final class QueryVector {
  private final DistanceMetric metric;
  private final float[] vector;
  private final float inverseNorm;

  /** Of {@code [dimension]} finite numbers; handed over. */
  public QueryVector(Metric metric, float[] vector) {
    this.metric = metricOf(metric);
    this.vector = vector;
    this.inverseNorm = Kernels.inverseNorm(vector);
  }

  /** The numbers. Not to be changed. */
  public float[] vector() {
    return vector;
  }

  /** The index's name of the metric. */
  public DistanceMetric metric() {
    return metric;
  }

  /** The distance of the vector at {@code offset}, whose length has the given inverse. */
  float distance(float[] vectors, int offset, float vectorInverseNorm) {
    return switch (metric) {
      case L2 -> Kernels.squaredL2(vector, vectors, offset, vector.length);
      case DOT -> -Kernels.dot(vector, vectors, offset, vector.length);
      case COSINE ->
          1 - Kernels.dot(vector, vectors, offset, vector.length) * inverseNorm * vectorInverseNorm;
    };
  }

  /** The index's name of a metric. */
  public static DistanceMetric metricOf(Metric metric) {
    return switch (metric) {
      case COSINE -> DistanceMetric.COSINE;
      case L2 -> DistanceMetric.L2;
      case DOT -> DistanceMetric.DOT;
    };
  }
}
