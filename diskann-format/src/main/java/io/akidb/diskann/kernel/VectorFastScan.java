package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of table entries with vectors of 128 bits, whose byte shuffle every machine has.
 *
 * <p>Two bytes are added as one number of 16 bits, which wraps; the odd ones are added apart, too,
 * and taken away in the end (as in faiss): entries keep their 8 bits, and nothing is widened.
 */
public final class VectorFastScan implements FastScan {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_128;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** So many sums of 255 fit 16 bits. */
  private static final int GROUPS_MAX = 256;

  @Override
  public void sums(
      byte[] tables, MemorySegment codes, long at, int groups, int groupBytes, int[] into) {
    for (int from = 0; from < groups; from += GROUPS_MAX) {
      add(tables, codes, at, from, Math.min(groups, from + GROUPS_MAX), groupBytes, into);
    }
  }

  private static void add(
      byte[] tables, MemorySegment codes, long at, int from, int to, int groupBytes, int[] into) {
    ShortVector low = ShortVector.zero(SHORTS);
    ShortVector lowOdd = low;
    ShortVector high = low;
    ShortVector highOdd = low;
    for (int group = from; group < to; group++) {
      ByteVector table = ByteVector.fromArray(BYTES, tables, 16 * group);
      ByteVector two =
          ByteVector.fromMemorySegment(BYTES, codes, at + (long) group * groupBytes, ORDER);
      ShortVector a = two.and((byte) 15).selectFrom(table).reinterpretAsShorts();
      ShortVector b =
          two.reinterpretAsShorts()
              .lanewise(VectorOperators.LSHR, 4)
              .reinterpretAsBytes()
              .and((byte) 15)
              .selectFrom(table)
              .reinterpretAsShorts();
      low = low.add(a);
      lowOdd = lowOdd.add(a.lanewise(VectorOperators.LSHR, 8));
      high = high.add(b);
      highOdd = highOdd.add(b.lanewise(VectorOperators.LSHR, 8));
    }
    low = low.sub(lowOdd.lanewise(VectorOperators.LSHL, 8));
    high = high.sub(highOdd.lanewise(VectorOperators.LSHL, 8));
    int even = (groupBytes + 1) / 2;
    boolean isFirst = from == 0;
    put(into, 0, low, even, isFirst);
    put(into, even, lowOdd, groupBytes - even, isFirst);
    put(into, groupBytes, high, even, isFirst);
    put(into, groupBytes + even, highOdd, groupBytes - even, isFirst);
  }

  /** Puts sums, of which the first mean something; the first ones over what others left behind. */
  private static void put(int[] into, int at, ShortVector sums, int count, boolean isFirst) {
    IntVector wide = (IntVector) sums.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    if (isFirst) {
      wide.intoArray(into, at);
    } else {
      VectorMask<Integer> mask = INTS.indexInRange(0, count);
      wide.add(IntVector.fromArray(INTS, into, at, mask)).intoArray(into, at, mask);
    }
  }
}
