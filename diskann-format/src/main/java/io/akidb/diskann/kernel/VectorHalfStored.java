package io.akidb.diskann.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Components of 16 bits (IEEE 754 binary16) by the Vector API, which has no conversion of them:
 * exponent and fraction are moved to where an f32 has them, and a factor corrects the exponent.
 * That is exact for all finite halves, those without a leading one included.
 */
final class VectorHalfStored implements StoredKernels {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class, VectorShape.forBitSize(VectorShape.preferredShape().vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** Fractions have 23 and 10 bits. */
  private static final int SHIFT = 13;

  /** Of a half that was widened with its sign: the sign, the exponent and the fraction. */
  private static final int MASK = 0x8fffe000;

  /** Biases of exponents are 127 and 15. */
  private static final float SCALE = 0x1p112f;

  @Override
  public float squaredL2(float[] query, MemorySegment stored, long at, int length) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    int i = 0;
    for (; i + 2 * LANES <= length; i += 2 * LANES) {
      FloatVector off0 =
          FloatVector.fromArray(FLOATS, query, i)
              .sub(
                  ShortVector.fromMemorySegment(SHORTS, stored, at + 2L * i, ORDER)
                      .convertShape(S2I, INTS, 0)
                      .lanewise(LSHL, SHIFT)
                      .lanewise(VectorOperators.AND, MASK)
                      .reinterpretAsFloats()
                      .mul(SCALE));
      FloatVector off1 =
          FloatVector.fromArray(FLOATS, query, i + LANES)
              .sub(
                  ShortVector.fromMemorySegment(SHORTS, stored, at + 2L * (i + LANES), ORDER)
                      .convertShape(S2I, INTS, 0)
                      .lanewise(LSHL, SHIFT)
                      .lanewise(VectorOperators.AND, MASK)
                      .reinterpretAsFloats()
                      .mul(SCALE));
      sum0 = off0.fma(off0, sum0);
      sum1 = off1.fma(off1, sum1);
    }
    for (; i < length; i += LANES) {
      FloatVector off =
          FloatVector.fromArray(FLOATS, query, i)
              .sub(
                  ShortVector.fromMemorySegment(SHORTS, stored, at + 2L * i, ORDER)
                      .convertShape(S2I, INTS, 0)
                      .lanewise(LSHL, SHIFT)
                      .lanewise(VectorOperators.AND, MASK)
                      .reinterpretAsFloats()
                      .mul(SCALE));
      sum0 = off.fma(off, sum0);
    }
    return Lanes.sum(sum0.add(sum1));
  }

  @Override
  public float dot(float[] query, MemorySegment stored, long at, int length) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    int i = 0;
    for (; i + 2 * LANES <= length; i += 2 * LANES) {
      sum0 =
          ShortVector.fromMemorySegment(SHORTS, stored, at + 2L * i, ORDER)
              .convertShape(S2I, INTS, 0)
              .lanewise(LSHL, SHIFT)
              .lanewise(VectorOperators.AND, MASK)
              .reinterpretAsFloats()
              .mul(SCALE)
              .fma(FloatVector.fromArray(FLOATS, query, i), sum0);
      sum1 =
          ShortVector.fromMemorySegment(SHORTS, stored, at + 2L * (i + LANES), ORDER)
              .convertShape(S2I, INTS, 0)
              .lanewise(LSHL, SHIFT)
              .lanewise(VectorOperators.AND, MASK)
              .reinterpretAsFloats()
              .mul(SCALE)
              .fma(FloatVector.fromArray(FLOATS, query, i + LANES), sum1);
    }
    for (; i < length; i += LANES) {
      sum0 =
          ShortVector.fromMemorySegment(SHORTS, stored, at + 2L * i, ORDER)
              .convertShape(S2I, INTS, 0)
              .lanewise(LSHL, SHIFT)
              .lanewise(VectorOperators.AND, MASK)
              .reinterpretAsFloats()
              .mul(SCALE)
              .fma(FloatVector.fromArray(FLOATS, query, i), sum0);
    }
    return Lanes.sum(sum0.add(sum1));
  }
}
