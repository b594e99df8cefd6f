package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of table entries with vectors of 512 bits: four groups at once, for machines that shuffle
 * bytes across so many (AVX-512 VBMI).
 *
 * <p>Two bytes are added as one number of 16 bits, which wraps; the odd ones are added apart, too,
 * and taken away in the end (as in faiss): entries keep their 8 bits, and nothing is widened.
 */
public final class WideFastScan implements FastScan {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** So many sums of 255 fit 16 bits. */
  private static final int GROUPS_MAX = 256;

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final int STEP = 4;
  private static final VectorShuffle<Short> SWAP_HALVES =
      VectorShuffle.fromOp(SHORTS, lane -> lane ^ 16);
  private static final VectorShuffle<Short> SWAP_QUARTERS =
      VectorShuffle.fromOp(SHORTS, lane -> lane ^ 8);
  private static final VectorMask<Short> QUARTER_1 = VectorMask.fromLong(SHORTS, 0xff00L);
  private static final VectorMask<Short> QUARTER_2 = VectorMask.fromLong(SHORTS, 0xff0000L);
  private static final VectorMask<Short> QUARTER_3 = VectorMask.fromLong(SHORTS, 0xff000000L);
  private static final ByteVector TABLE_OF_LANE =
      (ByteVector) BYTES.broadcast(0).addIndex(1).lanewise(VectorOperators.AND, 48);

  /** {@code [groupBytes][64]}: where a byte of four groups lies in narrow codes. */
  private static final byte[] SPREAD = new byte[(GROUP_BYTES + 1) * 64];

  /** {@code [groupBytes][32]}: where a lane's sum lies. */
  private static final short[] LANE_ORDER = new short[(GROUP_BYTES + 1) * LANES];

  static {
    for (int groupBytes = 1; groupBytes <= GROUP_BYTES; groupBytes++) {
      for (int i = 0; i < 64; i++) {
        int place = i % GROUP_BYTES;
        SPREAD[64 * groupBytes + i] =
            (byte) (place < groupBytes ? i / GROUP_BYTES * groupBytes + place : 0);
      }
      for (int lane = 0; lane < 2 * groupBytes; lane++) {
        int two = FastScan.byteOf(lane, groupBytes);
        LANE_ORDER[LANES * groupBytes + lane] =
            (short) (lane / groupBytes * 16 + two % 2 * 8 + two / 2);
      }
    }
  }

  @Override
  public void sums(
      byte[] tables, MemorySegment codes, long at, int groups, int groupBytes, int[] into) {
    Arrays.fill(into, 0, LANES, 0);
    for (int from = 0; from < groups; from += GROUPS_MAX) {
      add(tables, codes, at, from, Math.min(groups, from + GROUPS_MAX), groupBytes, into);
    }
  }

  private static void add(
      byte[] tables, MemorySegment codes, long at, int from, int to, int groupBytes, int[] into) {
    boolean isNarrow = groupBytes < GROUP_BYTES;
    ShortVector low = ShortVector.zero(SHORTS);
    ShortVector lowOdd = low;
    ShortVector high = low;
    ShortVector highOdd = low;
    for (int group = from; group < to; group += STEP) {
      ByteVector table = ByteVector.fromArray(BYTES, tables, 16 * group);
      ByteVector two =
          ByteVector.fromMemorySegment(BYTES, codes, at + (long) group * groupBytes, ORDER);
      if (isNarrow) {
        two = ByteVector.fromArray(BYTES, SPREAD, 64 * groupBytes).selectFrom(two);
      }
      ShortVector a = two.and((byte) 15).or(TABLE_OF_LANE).selectFrom(table).reinterpretAsShorts();
      ShortVector b =
          two.reinterpretAsShorts()
              .lanewise(VectorOperators.LSHR, 4)
              .reinterpretAsBytes()
              .and((byte) 15)
              .or(TABLE_OF_LANE)
              .selectFrom(table)
              .reinterpretAsShorts();
      low = low.add(a);
      lowOdd = lowOdd.add(a.lanewise(VectorOperators.LSHR, 8));
      high = high.add(b);
      highOdd = highOdd.add(b.lanewise(VectorOperators.LSHR, 8));
    }
    low = low.sub(lowOdd.lanewise(VectorOperators.LSHL, 8));
    high = high.sub(highOdd.lanewise(VectorOperators.LSHL, 8));
    // Each quarter has summed its own groups; when folded, each has all sums.
    low = low.add(low.rearrange(SWAP_HALVES));
    low = low.add(low.rearrange(SWAP_QUARTERS));
    lowOdd = lowOdd.add(lowOdd.rearrange(SWAP_HALVES));
    lowOdd = lowOdd.add(lowOdd.rearrange(SWAP_QUARTERS));
    high = high.add(high.rearrange(SWAP_HALVES));
    high = high.add(high.rearrange(SWAP_QUARTERS));
    highOdd = highOdd.add(highOdd.rearrange(SWAP_HALVES));
    highOdd = highOdd.add(highOdd.rearrange(SWAP_QUARTERS));
    ShortVector sums =
        low.blend(lowOdd, QUARTER_1).blend(high, QUARTER_2).blend(highOdd, QUARTER_3);
    if (isNarrow) {
      sums = ShortVector.fromArray(SHORTS, LANE_ORDER, LANES * groupBytes).selectFrom(sums);
    }
    ((IntVector) sums.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
        .add(IntVector.fromArray(INTS, into, 0))
        .intoArray(into, 0);
    ((IntVector) sums.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 1))
        .add(IntVector.fromArray(INTS, into, 16))
        .intoArray(into, 16);
  }
}
