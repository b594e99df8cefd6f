package io.akidb.diskann.kernel;

import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.B2F;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * By the Vector API: bytes become f32 in as many lanes as the machine has. Of 128 bits a machine
 * with shorter vectors of bytes than there are fills two vectors of f32 from eight bytes.
 */
public final class VectorResidentKernels implements ResidentKernels {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class,
          VectorShape.forBitSize(Math.max(64, VectorShape.preferredShape().vectorBitSize() / 4)));
  private static final int STEP = BYTES.length();

  /** Whether bytes fill two vectors of f32. */
  private static final boolean FILLS_TWO = STEP > LANES;

  private static final int SECOND = FILLS_TWO ? 1 : 0;
  private static final ScalarResidentKernels PLAIN = new ScalarResidentKernels();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  @Override
  public float dotBytes(float[] weights, MemorySegment codes, long at, int length) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    int i = 0;
    for (int end = length - 2 * STEP; i <= end; i += 2 * STEP) {
      ByteVector a = fromMemorySegment(BYTES, codes, at + i, ORDER);
      ByteVector b = fromMemorySegment(BYTES, codes, at + i + STEP, ORDER);
      s0 = ((FloatVector) a.convertShape(B2F, FLOATS, 0)).fma(fromArray(FLOATS, weights, i), s0);
      s1 =
          ((FloatVector) b.convertShape(B2F, FLOATS, 0))
              .fma(fromArray(FLOATS, weights, i + STEP), s1);
      if (FILLS_TWO) {
        s0 =
            ((FloatVector) a.convertShape(B2F, FLOATS, SECOND))
                .fma(fromArray(FLOATS, weights, i + LANES), s0);
        s1 =
            ((FloatVector) b.convertShape(B2F, FLOATS, SECOND))
                .fma(fromArray(FLOATS, weights, i + STEP + LANES), s1);
      }
    }
    float sum = s0.add(s1).reduceLanes(VectorOperators.ADD);
    for (; i < length; i++) {
      sum += weights[i] * codes.get(SegmentLayout.I8, at + i);
    }
    return sum;
  }

  @Override
  public float dotNibbles(float[] weights, MemorySegment codes, long at, int length) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    for (int block = 0; block < length; block += BLOCK) {
      long blockAt = at + block / 2;
      for (int i = 0; i < BLOCK_BYTES; i += STEP) {
        ByteVector two = fromMemorySegment(BYTES, codes, blockAt + i, ORDER);
        ByteVector low = two.and((byte) 15);
        ByteVector high = two.lanewise(VectorOperators.LSHR, 4);
        int from = block + i;
        s0 =
            ((FloatVector) low.convertShape(B2F, FLOATS, 0))
                .fma(fromArray(FLOATS, weights, from), s0);
        s1 =
            ((FloatVector) high.convertShape(B2F, FLOATS, 0))
                .fma(fromArray(FLOATS, weights, from + BLOCK_BYTES), s1);
        if (FILLS_TWO) {
          s0 =
              ((FloatVector) low.convertShape(B2F, FLOATS, SECOND))
                  .fma(fromArray(FLOATS, weights, from + LANES), s0);
          s1 =
              ((FloatVector) high.convertShape(B2F, FLOATS, SECOND))
                  .fma(fromArray(FLOATS, weights, from + BLOCK_BYTES + LANES), s1);
        }
      }
    }
    return s0.add(s1).reduceLanes(VectorOperators.ADD);
  }

  // Counting bits is one instruction for 64 of them: nothing to win for words so few.
  @Override
  public int sumOfBits(long[] planes, MemorySegment codes, long at, int words) {
    return PLAIN.sumOfBits(planes, codes, at, words);
  }
}
