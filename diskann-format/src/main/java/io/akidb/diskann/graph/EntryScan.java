package io.akidb.diskann.graph;

import io.akidb.diskann.kernel.FastScan;
import io.akidb.diskann.quantization.BinaryQuery;
import io.akidb.diskann.search.CandidateList;
import java.util.Arrays;

/** Finds the entries nearest to a query by their binary codes. For one thread. */
final class EntryScan {
  private final FusedEntries entries;
  private final BinaryQuery query;
  private final float[] rotated;
  private final float[] estimates = new float[FastScan.LANES];

  EntryScan(FusedEntries entries) {
    this.entries = entries;
    this.rotated = new float[entries.rotation().length()];
    this.query = new BinaryQuery(rotated.length);
  }

  int count() {
    return entries.count();
  }

  /**
   * Adds entries to a list, by estimates less the query's own distance from the centre, which all
   * have in common.
   *
   * @param vector padded, of unit length for cosine
   */
  void scan(float[] vector, CandidateList into) {
    float[] centre = entries.centre();
    Arrays.fill(rotated, centre.length, rotated.length, 0);
    for (int d = 0; d < centre.length; d++) {
      rotated[d] = vector[d] - centre[d];
    }
    entries.rotation().rotate(rotated);
    query.set(rotated);
    for (int from = 0; from < entries.count(); from += FastScan.LANES) {
      int count = Math.min(FastScan.LANES, entries.count() - from);
      int near =
          query.estimate(
              entries.codes(),
              entries.shape(),
              0,
              from / FastScan.LANES,
              0,
              into.limit(),
              estimates);
      near = count == FastScan.LANES ? near : near & (1 << count) - 1;
      for (; near != 0; near &= near - 1) {
        int i = Integer.numberOfTrailingZeros(near);
        into.add(estimates[i], entries.node(from + i));
      }
    }
  }
}
