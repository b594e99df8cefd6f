package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** Components of 32 bits. */
record FloatStored(KernelSet kernels) implements StoredKernels {
  @Override
  public float squaredL2(float[] query, MemorySegment stored, long at, int length) {
    return kernels.squaredL2(query, stored, at, length);
  }

  @Override
  public float dot(float[] query, MemorySegment stored, long at, int length) {
    return kernels.dot(query, stored, at, length);
  }
}
