package io.akidb.diskann.graph;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.format.v1.Spill;
import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.KernelSet;
import java.lang.foreign.MemorySegment;
import java.util.function.IntUnaryOperator;

/** Distances between the vectors themselves, read from the spill. */
final class ExactSpace implements StoredSpace {
  private final Spill spill;
  private final Scaling scaling;
  private final boolean isScaled;
  private final MemorySegment vectors;
  private final int padded;
  private final KernelSet kernels = BestKernels.floats();

  ExactSpace(Spill spill, DistanceMetric metric, Scaling scaling) {
    this.spill = spill;
    this.scaling = scaling;
    this.isScaled = metric != DistanceMetric.L2;
    this.vectors = spill.vectors();
    this.padded = spill.paddedDimension();
  }

  @Override
  public int size() {
    return spill.size();
  }

  @Override
  public long copyBytes(int vectorsCopied) {
    return 4L * padded * vectorsCopied;
  }

  @Override
  public StoredSpace copy(
      int count, IntUnaryOperator from, IntUnaryOperator to, MemorySegment into) {
    FloatSpace copy = new FloatSpace(into, count, padded);
    float[] vector = new float[padded];
    for (int i = 0; i < count; i++) {
      scaling.load(from.applyAsInt(i), vector);
      copy.set(to.applyAsInt(i), vector);
    }
    return copy;
  }

  @Override
  public float between(int i, int j) {
    long a = spill.vectorAt(i);
    long b = spill.vectorAt(j);
    if (!isScaled) {
      return kernels.squaredL2(vectors, a, vectors, b, padded);
    }
    float dot = kernels.dot(vectors, a, vectors, b, padded) * scaling.scale(i) * scaling.scale(j);
    return Math.max(0, scaling.square(i) + scaling.square(j) - 2 * dot);
  }
}
