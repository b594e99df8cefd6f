package io.akidb.diskann;

import java.util.List;

/**
 * What list size a wanted recall takes: for some {@code k} how recall grows with the list, measured
 * on a shard when it was built, or typical. Immutable; safe for any thread.
 *
 * @param isMeasured whether it was measured on the shard itself
 * @param curves by ascending k, at least one
 */
public record RecallCalibration(boolean isMeasured, List<Curve> curves) {
  /** The largest recall that can be asked for by a curve; more takes the longest list. */
  public static final double RECALL_MAX = 0.999;

  /** For a shard that says nothing: as hard data asks for, since small shards are cheap to walk. */
  public static final RecallCalibration TYPICAL =
      new RecallCalibration(
          false,
          List.of(
              new Curve(
                  10,
                  new int[] {10, 20, 34, 60, 110, 160, 220},
                  new float[] {0.5f, 0.65f, 0.8f, 0.9f, 0.95f, 0.98f, 0.99f}),
              new Curve(
                  100,
                  new int[] {100, 130, 170, 240, 380, 520, 700},
                  new float[] {0.6f, 0.7f, 0.8f, 0.9f, 0.95f, 0.98f, 0.99f})));

  /** Beyond the last point the list grows at most by this. */
  private static final double BEYOND_MAX = 4;

  /**
   * Copies what it gets.
   *
   * @throws IllegalArgumentException if there is no curve
   */
  public RecallCalibration {
    curves = List.copyOf(curves);
    if (curves.isEmpty()) {
      throw new IllegalArgumentException("a calibration has at least one curve");
    }
  }

  /**
   * A curve of one k.
   *
   * @param k 1 to {@value SearchParameters#K_MAX}
   * @param listSizes ascending, {@code [points]}
   * @param recalls not descending, {@code [points]}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  public record Curve(int k, int[] listSizes, float[] recalls) {
    double listSize(double recall) {
      int last = recalls.length - 1;
      int i = 0;
      while (i < last && recalls[i] < recall) {
        i++;
      }
      if (i == 0 && recalls[0] >= recall) {
        return listSizes[0];
      }
      if (recalls[i] < recall) {
        // The share that is missed falls about as the list grows.
        double missed = Math.max(1e-6, 1 - recalls[i]);
        return listSizes[i] * Math.min(BEYOND_MAX, missed / Math.max(1e-6, 1 - recall));
      }
      double share = (recall - recalls[i - 1]) / (recalls[i] - recalls[i - 1]);
      return listSizes[i - 1] + share * (listSizes[i] - listSizes[i - 1]);
    }
  }

  /**
   * The list size for a wanted recall.
   *
   * @param k how many are asked for
   * @param recall the share of the true k nearest that is wanted, 0 to 1
   * @return k to {@value SearchParameters#LIST_SIZE_MAX}
   * @throws IllegalArgumentException if the recall is no share
   */
  public int listSize(int k, double recall) {
    if (!(recall >= 0 && recall <= 1)) {
      throw new IllegalArgumentException("recall must be 0 to 1");
    }
    double wanted = Math.min(recall, RECALL_MAX);
    Curve low = curves.getFirst();
    Curve high = curves.getLast();
    for (Curve curve : curves) {
      low = curve.k() <= k ? curve : low;
    }
    for (Curve curve : curves.reversed()) {
      high = curve.k() >= k ? curve : high;
    }
    double size;
    if (k >= high.k()) {
      size = high.listSize(wanted) * k / high.k();
    } else if (k <= low.k()) {
      size = low.listSize(wanted);
    } else {
      double share = (k - low.k()) / (double) (high.k() - low.k());
      size = low.listSize(wanted) * (1 - share) + high.listSize(wanted) * share;
    }
    return Math.clamp((long) Math.ceil(size), k, SearchParameters.LIST_SIZE_MAX);
  }
}
