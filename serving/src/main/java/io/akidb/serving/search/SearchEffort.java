package io.akidb.serving.search;

import io.akidb.diskann.SearchParameters;

/**
 * How hard to look: the asked recall, or the list size itself. Until recall is calibrated for each
 * index, a greater one maps to a longer list and more partitions, monotonically; what it yields
 * depends on the data.
 *
 * @param listSize L of the beam search; at least k is used
 * @param partitionFactor how many times the usual number of partitions to probe
 */
public record SearchEffort(int listSize, double partitionFactor) {
  /** Recall asked of when nothing else is. */
  public static final double RECALL_DEFAULT = 0.95;

  private static final int PARTITIONS_ALL = 8;
  private static final double PARTITIONS_PER_ROOT = 1.5;
  private static final double[] RECALLS = {0, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1};
  private static final double[] LIST_FACTORS = {0.4, 0.5, 0.75, 1, 2, 3, 5, 10, 20};
  private static final double[] PARTITION_FACTORS = {0.25, 0.5, 0.75, 1, 1.5, 2, 3, 6, 1e6};

  /** For a recall of 0 to 1. */
  public static SearchEffort forRecall(double recall, int k) {
    int base = SearchParameters.defaults(Math.min(k, SearchParameters.K_MAX)).searchListSize();
    long list = Math.round(base * interpolate(recall, LIST_FACTORS));
    return new SearchEffort(
        (int)
            Math.clamp(
                list,
                Math.min(k + 10L, SearchParameters.LIST_SIZE_MAX),
                SearchParameters.LIST_SIZE_MAX),
        interpolate(recall, PARTITION_FACTORS));
  }

  /** For a list size that the caller chose. */
  public static SearchEffort forListSize(int listSize) {
    return new SearchEffort(listSize, 1);
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
