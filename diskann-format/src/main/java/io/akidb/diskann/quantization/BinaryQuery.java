package io.akidb.diskann.quantization;

import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.BinaryKernels;
import io.akidb.diskann.kernel.FastScan;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;

/**
 * A query as codes are scored by it: for each group of four dimensions the sixteen sums that four
 * signs can give, in 8 bits. For one thread.
 */
public final class BinaryQuery {
  private static final int ENTRIES = 16;
  private static final int ENTRY_MAX = 255;

  private final BinaryKernels kernels = BestKernels.binary();
  private final FastScan scan = BestKernels.fastScan();
  private final int groups;
  private final byte[] tables;
  private final int[] sums = new int[FastScan.LANES];
  private float unit;
  private float least;

  /** For rotated vectors of a length. */
  public BinaryQuery(int length) {
    this.groups = length / 4;
    this.tables = new byte[groups * ENTRIES];
  }

  /** Takes a rotated query, {@code [length]}. */
  public void set(float[] rotated) {
    float widest = 0;
    least = 0;
    for (int group = 0; group < groups; group++) {
      int at = 4 * group;
      float half =
          Math.abs(rotated[at])
              + Math.abs(rotated[at + 1])
              + Math.abs(rotated[at + 2])
              + Math.abs(rotated[at + 3]);
      widest = Math.max(widest, half);
      least -= half;
    }
    unit = 2 * widest / ENTRY_MAX;
    // Setting a sign turns its component from taken away to added: twice of it.
    float inverse = unit > Float.MIN_NORMAL ? 2 / unit : 0;
    kernels.tables(rotated, inverse, 4 * groups, tables);
  }

  /**
   * Estimates distances to a block of {@value FastScan#LANES} codes.
   *
   * @param codes from {@code at} on
   * @param shape how they lie
   * @param base the distance of the point that they are seen from
   * @param limit that is asked about
   * @param into {@code [32]}; what is behind the block's codes means nothing
   * @return bit i is set where the i-th estimate is below the limit
   */
  public int estimate(
      MemorySegment codes,
      NeighbourCodes shape,
      long at,
      int block,
      float base,
      float limit,
      float[] into) {
    float addendUnit = codes.get(SegmentLayout.F32, at);
    float factorUnit = codes.get(SegmentLayout.F32, at + 4);
    scan.sums(tables, codes, at + shape.codesAt(block), groups, shape.groupBytes(), sums);
    return kernels.estimates(
        codes,
        at + shape.addendsAt(block),
        at + shape.factorsAt(block),
        addendUnit,
        factorUnit,
        sums,
        least,
        unit,
        base,
        limit,
        into);
  }
}
