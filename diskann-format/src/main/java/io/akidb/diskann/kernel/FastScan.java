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

  /** Bytes of one group of four bits of all lanes. */
  int GROUP_BYTES = LANES / 2;

  /** Groups come in multiples of this. */
  int GROUPS_ALIGNED = 4;

  /**
   * For each lane the sum over all groups of the group's entry that its four bits choose.
   *
   * @param tables {@code [groups][16]}, unsigned
   * @param codes from {@code at} on {@code [groups][16]} bytes; a group's four bits of lane i are
   *     in byte {@link #byteOf byteOf(i)}, in the low half for lanes below 16
   * @param groups a multiple of {@value #GROUPS_ALIGNED}
   * @param into {@code [32]}
   */
  void sums(byte[] tables, MemorySegment codes, long at, int groups, int[] into);

  /**
   * Where a lane's four bits are in a group: even bytes first, then odd ones, since sums of both
   * come out apart.
   */
  static int byteOf(int lane) {
    return (lane & 7) * 2 + (lane >> 3 & 1);
  }
}
