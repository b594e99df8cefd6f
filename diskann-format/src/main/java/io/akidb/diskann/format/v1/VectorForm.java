package io.akidb.diskann.format.v1;

import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.kernel.StoredKernels;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** How a vector lies in its record, padded with zeros. */
public enum VectorForm {
  /** {@code f32[padded]}. */
  F32(0, 4, 0) {
    @Override
    public StoredKernels kernels() {
      return BestKernels.storedFloats();
    }

    @Override
    void write(SectionOutput out, float[] padded) {
      for (float component : padded) {
        out.putFloat(component);
      }
    }

    @Override
    void read(MemorySegment in, long at, int padded, float[] into, int dimension) {
      MemorySegment.copy(in, SegmentLayout.F32, at, into, 0, dimension);
    }
  },

  /** {@code f16[padded]}, IEEE 754 binary16. */
  F16(ShardSections.FEATURE_HALF_VECTORS, 2, 0) {
    @Override
    public StoredKernels kernels() {
      return BestKernels.storedHalves();
    }

    @Override
    void write(SectionOutput out, float[] padded) {
      for (int d = 0; d < padded.length; d++) {
        short half = Float.floatToFloat16(padded[d]);
        out.putShort(half);
        padded[d] = Float.float16ToFloat(half);
      }
    }

    @Override
    void read(MemorySegment in, long at, int padded, float[] into, int dimension) {
      for (int d = 0; d < dimension; d++) {
        into[d] = Float.float16ToFloat(in.get(SegmentLayout.I16, at + 2L * d));
      }
    }
  },

  /** {@code u8[padded]}, {@code f32} step, {@code i32} zero: step * (byte - zero). */
  INT8(ShardSections.FEATURE_BYTE_VECTORS, 1, 8) {
    @Override
    public StoredKernels kernels() {
      return BestKernels.storedBytes();
    }

    @Override
    void write(SectionOutput out, float[] padded) {
      float least = 0;
      float most = 0;
      boolean isWhole = true;
      for (float component : padded) {
        least = Math.min(least, component);
        most = Math.max(most, component);
        isWhole &= component == (float) Math.rint(component);
      }
      // Whole numbers are kept as they are where they fit.
      boolean isExact = isWhole && least >= 0 && most <= BYTE_MAX;
      float step = isExact ? 1 : (float) (((double) most - least) / BYTE_MAX);
      if (step < Float.MIN_NORMAL) {
        step = 1;
      }
      int zero = Math.clamp(Math.round(-least / step), 0, BYTE_MAX);
      for (int d = 0; d < padded.length; d++) {
        int stored = Math.clamp(Math.round(padded[d] / step) + (long) zero, 0, BYTE_MAX);
        out.putByte((byte) stored);
        padded[d] = step * (stored - zero);
      }
      out.putFloat(step);
      out.putInt(zero);
    }

    @Override
    void read(MemorySegment in, long at, int padded, float[] into, int dimension) {
      float step = in.get(SegmentLayout.F32, at + padded);
      int zero = in.get(SegmentLayout.I32, at + padded + 4);
      for (int d = 0; d < dimension; d++) {
        into[d] = step * ((in.get(SegmentLayout.I8, at + d) & BYTE_MAX) - zero);
      }
    }
  };

  /** The largest byte. */
  static final int BYTE_MAX = 255;

  private final int feature;
  private final int componentBytes;
  private final int extraBytes;

  VectorForm(int feature, int componentBytes, int extraBytes) {
    this.feature = feature;
    this.componentBytes = componentBytes;
    this.extraBytes = extraBytes;
  }

  /** The form that a file's features name. */
  static VectorForm of(ShardFile file) {
    boolean hasHalves = file.needs(ShardSections.FEATURE_HALF_VECTORS);
    boolean hasBytes = file.needs(ShardSections.FEATURE_BYTE_VECTORS);
    if (hasHalves && hasBytes) {
      throw ShardFile.corrupt("its vectors cannot be both halves and bytes");
    }
    return hasHalves ? F16 : hasBytes ? INT8 : F32;
  }

  /** Features of a shard with such vectors: those given and that of the form. */
  public int[] features(int... others) {
    int[] features = Arrays.copyOf(others, others.length + (feature == 0 ? 0 : 1));
    if (feature != 0) {
      features[others.length] = feature;
    }
    return features;
  }

  /** Bytes of a vector. */
  int bytes(int padded) {
    return componentBytes * padded + extraBytes;
  }

  /** Distances to vectors in this form. */
  public abstract StoredKernels kernels();

  /** Writes a vector, and leaves in its place what was written: rounded, where the form rounds. */
  abstract void write(SectionOutput out, float[] padded);

  /** Reads the first {@code dimension} components. */
  abstract void read(MemorySegment in, long at, int padded, float[] into, int dimension);
}
