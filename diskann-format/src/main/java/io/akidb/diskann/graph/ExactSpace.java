package io.akidb.diskann.graph;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.format.v1.Spill;
import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.KernelSet;
import java.lang.foreign.MemorySegment;

/** Distances between the vectors themselves, read from the spill. */
final class ExactSpace implements BuildSpace {
  private final Spill spill;
  private final Augmentation augmentation;
  private final boolean isCosine;
  private final MemorySegment vectors;
  private final int padded;
  private final KernelSet kernels = BestKernels.floats();

  ExactSpace(Spill spill, DistanceMetric metric, Augmentation augmentation) {
    this.spill = spill;
    this.augmentation = augmentation;
    this.isCosine = metric == DistanceMetric.COSINE;
    this.vectors = spill.vectors();
    this.padded = spill.paddedDimension();
  }

  @Override
  public int size() {
    return spill.size();
  }

  @Override
  public float between(int i, int j) {
    long a = spill.vectorAt(i);
    long b = spill.vectorAt(j);
    if (isCosine) {
      float cosine =
          kernels.dot(vectors, a, vectors, b, padded) * spill.inverseNorm(i) * spill.inverseNorm(j);
      return Math.max(0, 2 - 2 * cosine);
    }
    float difference = augmentation.added(i) - augmentation.added(j);
    return kernels.squaredL2(vectors, a, vectors, b, padded) + difference * difference;
  }
}
