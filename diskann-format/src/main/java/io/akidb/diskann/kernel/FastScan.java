package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Sums of table entries for {@value #LANES} codes at once, four bits after four bits (Andre,
 * Kermarrec, Le Scouarnec: Cache Locality Is Not Enough, VLDB 2015): a table of 16 entries fits a
 * register, and one shuffle looks up as many codes as it has bytes.
 */
public interface FastScan {
  /** Codes that are scored at once. */
  int LANES = 32;

  /** Bytes of one group of four bits of all lanes; narrow codes have fewer lanes, and bytes. */
  int GROUP_BYTES = LANES / 2;

  /** Groups come in multiples of this. */
  int GROUPS_ALIGNED = 4;

  /**
   * For each lane the sum over all groups of the group's entry that its four bits choose.
   *
   * @param tables {@code [groups][16]}, unsigned
   * @param codes from {@code at} on {@code [groups][groupBytes]} bytes; a group's four bits of lane
   *     i are in byte {@link #byteOf byteOf(i)}, in the low half for lanes below {@code
   *     groupBytes}; up to {@code 64 - 4 * groupBytes} bytes behind them are read, too
   * @param groups a multiple of {@value #GROUPS_ALIGNED}
   * @param groupBytes half the lanes that there are, at most {@value #GROUP_BYTES}
   * @param into {@code [32]}; what is behind the lanes that there are means nothing
   */
  void sums(byte[] tables, MemorySegment codes, long at, int groups, int groupBytes, int[] into);

  /**
   * Where a lane's four bits are in a group: even bytes first, then odd ones, since sums of both
   * come out apart.
   */
  static int byteOf(int lane, int groupBytes) {
    int place = lane % groupBytes;
    int even = (groupBytes + 1) / 2;
    return place < even ? 2 * place : 2 * (place - even) + 1;
  }
}
