package io.akidb.diskann.kernel;

import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * By the Vector API: bytes become f32 in as many lanes as the machine has. Where eight bytes, the
 * fewest that can be loaded, are two vectors of f32, one part is taken after the other. Four sums
 * are kept apart so that additions do not wait for each other.
 */
public final class VectorResidentKernels implements ResidentKernels {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class,
          VectorShape.forBitSize(Math.max(64, VectorShape.preferredShape().vectorBitSize() / 4)));
  private static final int STEP = BYTES.length();

  // Where the second to fourth vector of f32 are loaded from, and which part of it they are.
  private static final int AT_1 = LANES / STEP * STEP;
  private static final int AT_2 = 2 * LANES / STEP * STEP;
  private static final int AT_3 = 3 * LANES / STEP * STEP;
  private static final int ODD_PART = LANES % STEP / LANES;

  private static final ScalarResidentKernels PLAIN = new ScalarResidentKernels();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  @Override
  public float dotBytes(float[] weights, MemorySegment codes, long at, int length) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length - 4 * LANES; i <= end; i += 4 * LANES) {
      ByteVector a = fromMemorySegment(BYTES, codes, at + i, ORDER);
      ByteVector b = fromMemorySegment(BYTES, codes, at + i + AT_1, ORDER);
      ByteVector c = fromMemorySegment(BYTES, codes, at + i + AT_2, ORDER);
      ByteVector d = fromMemorySegment(BYTES, codes, at + i + AT_3, ORDER);
      s0 = ((FloatVector) a.convertShape(B2F, FLOATS, 0)).fma(fromArray(FLOATS, weights, i), s0);
      s1 =
          ((FloatVector) b.convertShape(B2F, FLOATS, ODD_PART))
              .fma(fromArray(FLOATS, weights, i + LANES), s1);
      s2 =
          ((FloatVector) c.convertShape(B2F, FLOATS, 0))
              .fma(fromArray(FLOATS, weights, i + 2 * LANES), s2);
      s3 =
          ((FloatVector) d.convertShape(B2F, FLOATS, ODD_PART))
              .fma(fromArray(FLOATS, weights, i + 3 * LANES), s3);
    }
    for (int end = length - STEP; i <= end; i += LANES) {
      ByteVector a = fromMemorySegment(BYTES, codes, at + i, ORDER);
      s0 = ((FloatVector) a.convertShape(B2F, FLOATS, 0)).fma(fromArray(FLOATS, weights, i), s0);
    }
    float sum = Lanes.sum(s0.add(s1).add(s2.add(s3)));
    for (; i < length; i++) {
      sum += weights[i] * codes.get(SegmentLayout.I8, at + i);
    }
    return sum;
  }

  @Override
  public float dotNibbles(float[] weights, MemorySegment codes, long at, int length) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (int end = length / 2 - 2 * LANES; i <= end; i += 2 * LANES) {
      IntVector a =
          (IntVector)
              fromMemorySegment(BYTES, codes, at + i, ORDER).convertShape(ZERO_EXTEND_B2I, INTS, 0);
      IntVector b =
          (IntVector)
              fromMemorySegment(BYTES, codes, at + i + AT_1, ORDER)
                  .convertShape(ZERO_EXTEND_B2I, INTS, ODD_PART);
      int first = 2 * i - (i & BLOCK_BYTES - 1);
      int second = 2 * (i + LANES) - (i + LANES & BLOCK_BYTES - 1);
      s0 =
          ((FloatVector) a.and(15).convertShape(I2F, FLOATS, 0))
              .fma(fromArray(FLOATS, weights, first), s0);
      s1 =
          ((FloatVector) a.lanewise(LSHR, 4).convertShape(I2F, FLOATS, 0))
              .fma(fromArray(FLOATS, weights, first + BLOCK_BYTES), s1);
      s2 =
          ((FloatVector) b.and(15).convertShape(I2F, FLOATS, 0))
              .fma(fromArray(FLOATS, weights, second), s2);
      s3 =
          ((FloatVector) b.lanewise(LSHR, 4).convertShape(I2F, FLOATS, 0))
              .fma(fromArray(FLOATS, weights, second + BLOCK_BYTES), s3);
    }
    // Half a step is left where a vector holds a whole block.
    if (i < length / 2) {
      IntVector a =
          (IntVector)
              fromMemorySegment(BYTES, codes, at + i, ORDER).convertShape(ZERO_EXTEND_B2I, INTS, 0);
      s0 =
          ((FloatVector) a.and(15).convertShape(I2F, FLOATS, 0))
              .fma(fromArray(FLOATS, weights, 2 * i), s0);
      s1 =
          ((FloatVector) a.lanewise(LSHR, 4).convertShape(I2F, FLOATS, 0))
              .fma(fromArray(FLOATS, weights, 2 * i + BLOCK_BYTES), s1);
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }

  // Counting bits is one instruction for 64 of them: nothing to win for words so few.
  @Override
  public int sumOfBits(long[] planes, MemorySegment codes, long at, int words) {
    return PLAIN.sumOfBits(planes, codes, at, words);
  }
}
