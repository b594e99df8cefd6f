package io.akidb.diskann.quantization;

import io.akidb.diskann.kernel.FastScan;

/**
 * How the binary codes of many vectors, seen from one point, lie: blocks of 32 of them, so that one
 * pass scores a block. A block is 32 addends (i16) and 32 factors (u8), then the codes as {@link
 * FastScan} takes them. Before the blocks stand the units of addends and factors (f32 each).
 *
 * <p>Narrow ones are one block with places for just so many: the codes come first, then as many
 * addends and as many factors. Scoring reads beyond each of the three, fewer than {@value
 * #NARROW_BYTES_BEHIND} bytes beyond the last.
 *
 * @param count of vectors that there are places for
 * @param groups of four bits of a code
 * @param isNarrow whether there are no places for others
 */
public record NeighbourCodes(int count, int groups, boolean isNarrow) {
  /** Most vectors of narrow codes. */
  public static final int NARROW_MAX = FastScan.LANES;

  /** So many bytes behind narrow codes have to be there. */
  public static final int NARROW_BYTES_BEHIND = 64;

  private static final int UNITS_BYTES = 8;

  /** Bytes of an addend and a factor. */
  private static final int LANE_BYTES = 3;

  /** Checks that narrow ones are one block. */
  public NeighbourCodes {
    if (isNarrow && count > NARROW_MAX) {
      throw new IllegalArgumentException("there are no narrow codes of " + count);
    }
  }

  /** Blocks of so many codes. */
  public static NeighbourCodes of(int count, int groups) {
    return new NeighbourCodes(count, groups, false);
  }

  /** One block of just so many codes. */
  public static NeighbourCodes narrow(int count, int groups) {
    return new NeighbourCodes(count, groups, true);
  }

  /** Bytes of all; none of no narrow ones. */
  public int bytes() {
    return isNarrow
        ? narrowBytes(count, groups)
        : UNITS_BYTES + (count + FastScan.LANES - 1) / FastScan.LANES * blockBytes();
  }

  /** Bytes of so many narrow ones. */
  public static int narrowBytes(int count, int groups) {
    return count == 0 ? 0 : UNITS_BYTES + groups * ((count + 1) / 2) + LANE_BYTES * count;
  }

  private int blockBytes() {
    return LANE_BYTES * FastScan.LANES + groups * FastScan.GROUP_BYTES;
  }

  /** Bytes of one group of four bits of a block. */
  public int groupBytes() {
    return isNarrow ? (count + 1) / 2 : FastScan.GROUP_BYTES;
  }

  /** Where a block's codes begin. */
  public int codesAt(int block) {
    return isNarrow ? UNITS_BYTES : factorsAt(block) + FastScan.LANES;
  }

  /** Where a block's addends begin. */
  public int addendsAt(int block) {
    return UNITS_BYTES + (isNarrow ? groups * groupBytes() : block * blockBytes());
  }

  /** Where a block's factors begin. */
  public int factorsAt(int block) {
    return addendsAt(block) + 2 * (isNarrow ? count : FastScan.LANES);
  }
}
