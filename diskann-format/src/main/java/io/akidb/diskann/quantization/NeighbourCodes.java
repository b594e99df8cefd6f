package io.akidb.diskann.quantization;

import io.akidb.diskann.kernel.FastScan;

/**
 * How the binary codes of many vectors, seen from one point, lie: blocks of 32 of them, so that one
 * pass scores a block. A block is 32 addends (i16) and 32 factors (u8), then the codes as {@link
 * FastScan} takes them. Before the blocks stand the units of addends and factors (f32 each).
 */
public final class NeighbourCodes {
  public static final int UNITS_BYTES = 8;
  public static final int FACTORS_AT = 2 * FastScan.LANES;
  public static final int CODES_AT = 3 * FastScan.LANES;

  private NeighbourCodes() {}

  public static int blocks(int count) {
    return (count + FastScan.LANES - 1) / FastScan.LANES;
  }

  public static int blockBytes(int groups) {
    return CODES_AT + groups * FastScan.GROUP_BYTES;
  }

  /** Bytes of so many codes. */
  public static int bytes(int count, int groups) {
    return UNITS_BYTES + blocks(count) * blockBytes(groups);
  }
}
