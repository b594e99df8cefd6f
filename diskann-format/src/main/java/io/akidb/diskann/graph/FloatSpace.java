package io.akidb.diskann.graph;

import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.KernelSet;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.function.IntUnaryOperator;

/** Distances between copies of vectors that were brought into the space: {@code [n][length]}. */
final class FloatSpace implements StoredSpace {
  private final KernelSet kernels = BestKernels.floats();
  private final MemorySegment vectors;
  private final int size;
  private final int length;

  /**
   * Takes memory to be filled by {@link #set}.
   *
   * @param length components, with which the kernels can do
   */
  FloatSpace(MemorySegment vectors, int size, int length) {
    this.vectors = vectors;
    this.size = size;
    this.length = length;
  }

  void set(int i, float[] vector) {
    MemorySegment.copy(vector, 0, vectors, SegmentLayout.F32, at(i), length);
  }

  private long at(int i) {
    return 4L * length * i;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public float between(int i, int j) {
    return kernels.squaredL2(vectors, at(i), vectors, at(j), length);
  }

  @Override
  public long copyBytes(int vectorsCopied) {
    return 4L * length * vectorsCopied;
  }

  @Override
  public StoredSpace copy(
      int count, IntUnaryOperator from, IntUnaryOperator to, MemorySegment into) {
    FloatSpace copy = new FloatSpace(into, count, length);
    for (int i = 0; i < count; i++) {
      long source = at(from.applyAsInt(i));
      MemorySegment.copy(vectors, source, into, at(to.applyAsInt(i)), 4L * length);
    }
    return copy;
  }
}
