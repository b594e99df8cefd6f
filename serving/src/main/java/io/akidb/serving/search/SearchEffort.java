package io.akidb.serving.search;

import io.akidb.diskann.RecallCalibration;

/**
 * How hard to look: the asked recall, or the list size itself. Which list a recall takes is what
 * each shard's calibration says; a greater one also asks more partitions.
 *
 * @param recall of 0 to 1; NaN where the caller chose the list
 * @param listSize L of the beam search; at least k is used; 0 where the recall decides
 * @param partitionFactor how many times the usual number of partitions to probe
 */
public record SearchEffort(double recall, int listSize, double partitionFactor) {
  /** Recall asked of when nothing else is. */
  public static final double RECALL_DEFAULT = 0.95;

  private static final int PARTITIONS_ALL = 8;
  private static final double PARTITIONS_PER_ROOT = 1.5;
  private static final double[] RECALLS = {0, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1};
  private static final double[] PARTITION_FACTORS = {0.25, 0.5, 0.75, 1, 1.5, 2, 3, 6, 1e6};

  /** For a recall of 0 to 1. */
  public static SearchEffort forRecall(double recall) {
    return new SearchEffort(recall, 0, interpolate(recall, PARTITION_FACTORS));
  }

  /** For a list size that the caller chose. */
  public static SearchEffort forListSize(int listSize) {
    return new SearchEffort(Double.NaN, listSize, 1);
  }

  /** Whether the caller chose the list. */
  boolean isListChosen() {
    return listSize > 0;
  }

  /** L for the k best of a shard; at least k. */
  int listSizeFor(RecallCalibration calibration, int k) {
    return isListChosen() ? Math.max(listSize, k) : calibration.listSize(k, recall);
  }

  private static double interpolate(double recall, double[] values) {
    int i = 1;
    while (i < RECALLS.length - 1 && RECALLS[i] < recall) {
      i++;
    }
    double share = Math.clamp((recall - RECALLS[i - 1]) / (RECALLS[i] - RECALLS[i - 1]), 0, 1);
    return values[i - 1] + share * (values[i] - values[i - 1]);
  }

  /**
   * How many partitions to probe: all of a few, else in proportion to the square root of their
   * number, which keeps a query's work sublinear while the neighbours that lie across a border stay
   * within the probed ones.
   */
  int partitionsOf(int partitions) {
    double usual =
        partitions <= PARTITIONS_ALL
            ? partitions
            : Math.max(PARTITIONS_ALL, Math.ceil(PARTITIONS_PER_ROOT * Math.sqrt(partitions)));
    double factor = partitions <= PARTITIONS_ALL ? Math.max(1, partitionFactor) : partitionFactor;
    return Math.clamp(Math.round(usual * factor), Math.min(1, partitions), partitions);
  }
}
