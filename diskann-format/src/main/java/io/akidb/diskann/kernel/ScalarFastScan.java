package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Sums of table entries by plain loops: the reference. */
public final class ScalarFastScan implements FastScan {
  @Override
  public void sums(
      byte[] tables, MemorySegment codes, long at, int groups, int groupBytes, int[] into) {
    Arrays.fill(into, 0, LANES, 0);
    for (int group = 0; group < groups; group++) {
      for (int lane = 0; lane < 2 * groupBytes; lane++) {
        int two =
            codes.get(
                SegmentLayout.I8,
                at + (long) group * groupBytes + FastScan.byteOf(lane, groupBytes));
        into[lane] += tables[16 * group + (lane < groupBytes ? two & 15 : two >> 4 & 15)] & 255;
      }
    }
  }
}
