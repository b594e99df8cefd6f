package io.akidb.diskann.live;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.format.v1.VectorChecks;
import io.akidb.diskann.graph.BuildSpace;
import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.KernelSet;

/**
 * Distances between slots, in the space that {@link BuildSpace} describes, and from a query to
 * slots, by the metric. Lengths are in units of the first vector's, since the longest is not known.
 * Safe for any thread.
 */
final class LiveSpace implements BuildSpace {
  /** Vectors shorter than this, in units, are placed as if they had this length. */
  private static final double SHORTEST = 1e-4;

  private final DistanceMetric metric;
  private final IndexSchema schema;
  private final LiveSlots slots;
  private final KernelSet kernels = BestKernels.floats();

  /** Length of the first vector that has one; guarded by this. */
  private double unit;

  LiveSpace(IndexSchema schema, LiveSlots slots) {
    this.schema = schema;
    this.metric = schema.metric();
    this.slots = slots;
  }

  /** Checks a vector {@code [dimension]} and writes it into a slot. */
  void place(int slot, float[] vector, float inverseNorm) {
    if (metric != DistanceMetric.DOT) {
      slots.write(slot, vector, inverseNorm, 1);
      return;
    }
    double square = 0;
    for (float x : vector) {
      square += (double) x * x;
    }
    double length = Math.sqrt(square);
    if (length == 0) {
      slots.write(slot, vector, 0, 0);
      return;
    }
    double inUnits = 1 / Math.max(SHORTEST, length / unit(length));
    slots.write(slot, vector, (float) (Math.sqrt(inUnits) / length), (float) inUnits);
  }

  private synchronized double unit(double length) {
    unit = unit == 0 ? length : unit;
    return unit;
  }

  @Override
  public int size() {
    return slots.used();
  }

  @Override
  public float between(int i, int j) {
    int padded = slots.paddedDimension();
    if (metric == DistanceMetric.L2) {
      return kernels.squaredL2(
          slots.segment(i), slots.at(i), slots.segment(j), slots.at(j), padded);
    }
    float dot =
        kernels.dot(slots.segment(i), slots.at(i), slots.segment(j), slots.at(j), padded)
            * slots.scale(i)
            * slots.scale(j);
    return Math.max(0, slots.square(i) + slots.square(j) - 2 * dot);
  }

  /** A checked query, padded, for cosine of unit length. */
  float[] prepared(float[] query) {
    float scale = VectorChecks.requireValid("the query", query, schema);
    float[] prepared = new float[slots.paddedDimension()];
    for (int d = 0; d < query.length; d++) {
      prepared[d] = query[d] * scale;
    }
    return prepared;
  }

  /** Distance of a prepared query. */
  float distance(float[] query, int slot) {
    return switch (metric) {
      case L2 -> kernels.squaredL2(query, slots.segment(slot), slots.at(slot), query.length);
      case DOT -> -kernels.dot(query, slots.segment(slot), slots.at(slot), query.length);
      case COSINE ->
          1
              - kernels.dot(query, slots.segment(slot), slots.at(slot), query.length)
                  * slots.scale(slot);
    };
  }
}
