package io.akidb.diskann.kernel;

import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Components of 8 bits, as {@link ScalarByteStored} says, by the Vector API. */
final class VectorByteStored implements StoredKernels {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** At least 64 bits, which is the least there is: with lanes of 128 bits half of it is used. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class,
          VectorShape.forBitSize(Math.max(64, VectorShape.preferredShape().vectorBitSize() / 4)));

  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** A byte without its sign. */
  private static final int MASK = 255;

  @Override
  public float squaredL2(float[] query, MemorySegment stored, long at, int length) {
    float step = stored.get(SegmentLayout.F32, at + length);
    float zero = stored.get(SegmentLayout.I32, at + length + 4);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    int i = 0;
    for (; i + 2 * LANES <= length; i += 2 * LANES) {
      FloatVector off0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(BYTES, stored, at + i, ORDER)
                      .convertShape(B2I, INTS, 0)
                      .lanewise(VectorOperators.AND, MASK)
                      .convertShape(I2F, FLOATS, 0))
              .sub(zero)
              .mul(-step)
              .add(FloatVector.fromArray(FLOATS, query, i));
      FloatVector off1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(BYTES, stored, at + i + LANES, ORDER)
                      .convertShape(B2I, INTS, 0)
                      .lanewise(VectorOperators.AND, MASK)
                      .convertShape(I2F, FLOATS, 0))
              .sub(zero)
              .mul(-step)
              .add(FloatVector.fromArray(FLOATS, query, i + LANES));
      sum0 = off0.fma(off0, sum0);
      sum1 = off1.fma(off1, sum1);
    }
    for (; i < length; i += LANES) {
      FloatVector off =
          ((FloatVector)
                  ByteVector.fromMemorySegment(BYTES, stored, at + i, ORDER)
                      .convertShape(B2I, INTS, 0)
                      .lanewise(VectorOperators.AND, MASK)
                      .convertShape(I2F, FLOATS, 0))
              .sub(zero)
              .mul(-step)
              .add(FloatVector.fromArray(FLOATS, query, i));
      sum0 = off.fma(off, sum0);
    }
    return Lanes.sum(sum0.add(sum1));
  }

  @Override
  public float dot(float[] query, MemorySegment stored, long at, int length) {
    float step = stored.get(SegmentLayout.F32, at + length);
    float zero = stored.get(SegmentLayout.I32, at + length + 4);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    int i = 0;
    for (; i + 2 * LANES <= length; i += 2 * LANES) {
      sum0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(BYTES, stored, at + i, ORDER)
                      .convertShape(B2I, INTS, 0)
                      .lanewise(VectorOperators.AND, MASK)
                      .convertShape(I2F, FLOATS, 0))
              .sub(zero)
              .fma(FloatVector.fromArray(FLOATS, query, i), sum0);
      sum1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(BYTES, stored, at + i + LANES, ORDER)
                      .convertShape(B2I, INTS, 0)
                      .lanewise(VectorOperators.AND, MASK)
                      .convertShape(I2F, FLOATS, 0))
              .sub(zero)
              .fma(FloatVector.fromArray(FLOATS, query, i + LANES), sum1);
    }
    for (; i < length; i += LANES) {
      sum0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(BYTES, stored, at + i, ORDER)
                      .convertShape(B2I, INTS, 0)
                      .lanewise(VectorOperators.AND, MASK)
                      .convertShape(I2F, FLOATS, 0))
              .sub(zero)
              .fma(FloatVector.fromArray(FLOATS, query, i), sum0);
    }
    return step * Lanes.sum(sum0.add(sum1));
  }
}
