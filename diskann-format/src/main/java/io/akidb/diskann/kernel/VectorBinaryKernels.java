package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The arithmetic of binary codes by the Vector API. As in {@link VectorKernels}, no method of ours
 * takes or returns a vector.
 */
public final class VectorBinaryKernels implements BinaryKernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class, VectorShape.forBitSize(SPECIES.vectorShape().vectorBitSize() / 2));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class,
          VectorShape.forBitSize(Math.max(64, SPECIES.vectorShape().vectorBitSize() / 4)));
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ScalarBinaryKernels SCALAR = new ScalarBinaryKernels();

  /** Lane i's partner in the stages of a transform within a vector, and what lane i counts. */
  private static final VectorShuffle<Float> SWAP_1 = partners(1);

  private static final VectorShuffle<Float> SWAP_2 = partners(2);
  private static final VectorShuffle<Float> SWAP_4 = partners(4);
  private static final VectorShuffle<Float> SWAP_8 = partners(8);
  private static final FloatVector SIGNS_1 = signs(1);
  private static final FloatVector SIGNS_2 = signs(2);
  private static final FloatVector SIGNS_4 = signs(4);
  private static final FloatVector SIGNS_8 = signs(8);

  /** 1 in the lanes whose number has a bit; lanes 8 and up of a table stand in a second vector. */
  private static final FloatVector BIT_0 = bit(0);

  private static final FloatVector BIT_1 = bit(1);
  private static final FloatVector BIT_2 = bit(2);
  private static final FloatVector BIT_3 = bit(3);

  private static VectorShuffle<Float> partners(int half) {
    return VectorShuffle.fromOp(SPECIES, lane -> half < LANES ? lane ^ half : lane);
  }

  private static FloatVector signs(int half) {
    float[] signs = new float[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      signs[lane] = (lane & half) == 0 ? 1 : -1;
    }
    return FloatVector.fromArray(SPECIES, signs, 0);
  }

  private static FloatVector bit(int bit) {
    float[] bits = new float[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      bits[lane] = lane >> bit & 1;
    }
    return FloatVector.fromArray(SPECIES, bits, 0);
  }

  @Override
  public void signs(
      MemorySegment a, long aByteOffset, float[] b, int length, short[] into, float[] sums) {
    if (LANES < 4) {
      SCALAR.signs(a, aByteOffset, b, length, into, sums);
      return;
    }
    FloatVector squares = FloatVector.zero(SPECIES);
    FloatVector absolute = squares;
    FloatVector signed = squares;
    for (int i = 0; i < length; i += Short.SIZE) {
      int bits = 0;
      for (int j = i; j < i + Short.SIZE; j += LANES) {
        FloatVector from = FloatVector.fromArray(SPECIES, b, j);
        FloatVector difference =
            FloatVector.fromMemorySegment(SPECIES, a, aByteOffset + 4L * j, ORDER).sub(from);
        squares = difference.fma(difference, squares);
        absolute = absolute.add(difference.abs());
        VectorMask<Float> isSet = difference.compare(VectorOperators.GE, 0);
        signed = signed.add(from.neg().blend(from, isSet));
        bits |= (int) isSet.toLong() << (j - i);
      }
      into[i / Short.SIZE] = (short) bits;
    }
    sums[0] = Lanes.sum(squares);
    sums[1] = Lanes.sum(absolute);
    sums[2] = Lanes.sum(signed);
  }

  @Override
  public void hadamard(float[] vector, int from, int length) {
    if (length < LANES || LANES < 8) {
      SCALAR.hadamard(vector, from, length);
      return;
    }
    for (int i = from; i < from + length; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, vector, i);
      v = v.fma(SIGNS_1, v.rearrange(SWAP_1));
      v = v.fma(SIGNS_2, v.rearrange(SWAP_2));
      v = v.fma(SIGNS_4, v.rearrange(SWAP_4));
      if (LANES == 16) {
        v = v.fma(SIGNS_8, v.rearrange(SWAP_8));
      }
      v.intoArray(vector, i);
    }
    for (int half = LANES; half < length; half <<= 1) {
      for (int block = from; block < from + length; block += 2 * half) {
        for (int i = block; i < block + half; i += LANES) {
          FloatVector a = FloatVector.fromArray(SPECIES, vector, i);
          FloatVector b = FloatVector.fromArray(SPECIES, vector, i + half);
          a.add(b).intoArray(vector, i);
          a.sub(b).intoArray(vector, i + half);
        }
      }
    }
  }

  @Override
  public void tables(float[] vector, float scale, int length, byte[] tables) {
    if (LANES != 8 && LANES != 16) {
      SCALAR.tables(vector, scale, length, tables);
      return;
    }
    for (int i = 0; i < length; i += 4) {
      float a = vector[i] * scale;
      float b = vector[i + 1] * scale;
      float c = vector[i + 2] * scale;
      float d = vector[i + 3] * scale;
      float least = Math.min(a, 0) + Math.min(b, 0) + (Math.min(c, 0) + Math.min(d, 0));
      FloatVector sums = BIT_0.mul(a).add(0.5f - least);
      sums = BIT_1.fma(FloatVector.broadcast(SPECIES, b), sums);
      sums = BIT_2.fma(FloatVector.broadcast(SPECIES, c), sums);
      if (LANES == 16) {
        sums = BIT_3.fma(FloatVector.broadcast(SPECIES, d), sums);
        ((ByteVector)
                ((IntVector) sums.convertShape(VectorOperators.F2I, INTS, 0))
                    .convertShape(VectorOperators.I2B, BYTES, 0))
            .intoArray(tables, 4 * i);
      } else {
        ((ByteVector)
                ((IntVector) sums.convertShape(VectorOperators.F2I, INTS, 0))
                    .convertShape(VectorOperators.I2B, BYTES, 0))
            .intoArray(tables, 4 * i);
        ((ByteVector)
                ((IntVector) sums.add(d).convertShape(VectorOperators.F2I, INTS, 0))
                    .convertShape(VectorOperators.I2B, BYTES, 0))
            .intoArray(tables, 4 * i + LANES);
      }
    }
  }

  @Override
  public int estimates(
      MemorySegment codes,
      long addendsAt,
      long factorsAt,
      float addendUnit,
      float factorUnit,
      int[] sums,
      float least,
      float unit,
      float base,
      float limit,
      float[] into) {
    if (LANES != 8 && LANES != 16) {
      return SCALAR.estimates(
          codes,
          addendsAt,
          factorsAt,
          addendUnit,
          factorUnit,
          sums,
          least,
          unit,
          base,
          limit,
          into);
    }
    int below = 0;
    for (int i = 0; i < FastScan.LANES; i += LANES) {
      FloatVector addends =
          (FloatVector)
              ShortVector.fromMemorySegment(SHORTS, codes, addendsAt + 2L * i, ORDER)
                  .convertShape(VectorOperators.S2F, SPECIES, 0);
      FloatVector factors =
          (FloatVector)
              ((IntVector)
                      ByteVector.fromMemorySegment(BYTES, codes, factorsAt + i, ORDER)
                          .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0))
                  .convertShape(VectorOperators.I2F, SPECIES, 0);
      FloatVector counted =
          (FloatVector)
              IntVector.fromArray(INTS, sums, i).convertShape(VectorOperators.I2F, SPECIES, 0);
      FloatVector estimate =
          counted
              .mul(unit)
              .add(least)
              .mul(factors.mul(factorUnit))
              .add(addends.mul(addendUnit).add(base));
      estimate.intoArray(into, i);
      VectorMask<Float> isBelow = estimate.compare(VectorOperators.LT, limit);
      below |= (int) isBelow.toLong() << i;
    }
    return below;
  }
}
