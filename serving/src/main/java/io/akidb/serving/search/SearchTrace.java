package io.akidb.serving.search;

import io.akidb.diskann.SearchStatistics;
import java.util.Map;
import java.util.TreeMap;

/** What one search did, for {@code explain}. Filled by one thread at a time. */
public final class SearchTrace {
  private final Map<String, Integer> strategies = new TreeMap<>();
  private int partitions;
  private int probed;
  private long candidates;
  private long matches;
  private long hops;
  private long quantizedDistances;
  private long fullDistances;
  private long pages;
  private long reranks;
  private int freshScanned;
  private int widenings;
  private int listSize;
  private String listSizeFrom = "none";
  private long freshNanos;
  private long shardNanos;
  private long totalNanos;

  void partitions(int count) {
    partitions = count;
  }

  void fresh(int scanned, long nanos) {
    freshScanned = scanned;
    freshNanos = nanos;
  }

  void shards(long nanos) {
    shardNanos += nanos;
  }

  void total(long nanos) {
    totalNanos = nanos;
  }

  synchronized void probed(int rows, long matching) {
    probed++;
    candidates += rows;
    matches += matching;
  }

  synchronized void searched(SearchStatistics statistics) {
    strategies.merge(statistics.strategy(), 1, Integer::sum);
    hops += statistics.hops();
    quantizedDistances += statistics.quantizedDistances();
    fullDistances += statistics.fullDistances();
    pages += statistics.pages();
    reranks += statistics.reranks();
  }

  synchronized void listed(int size, boolean isChosen, boolean isMeasured) {
    listSize = Math.max(listSize, size);
    if (isChosen) {
      listSizeFrom = "request";
    } else if (!isMeasured) {
      listSizeFrom = "typical";
    } else if (listSizeFrom.equals("none")) {
      listSizeFrom = "calibration";
    }
  }

  synchronized void widened() {
    widenings++;
  }

  /** How often a shard was searched in which way. */
  public Map<String, Integer> strategies() {
    return strategies;
  }

  /** Partitions of the index. */
  public int partitions() {
    return partitions;
  }

  /** Partitions searched. */
  public int probed() {
    return probed;
  }

  /** Share of the probed vectors that match the filter; 1 without a filter. */
  public double selectivity() {
    return candidates == 0 ? 1 : (double) matches / candidates;
  }

  /** Graph nodes expanded. */
  public long hops() {
    return hops;
  }

  /** Distances estimated from codes. */
  public long quantizedDistances() {
    return quantizedDistances;
  }

  /** Distances on full vectors in shards. */
  public long fullDistances() {
    return fullDistances;
  }

  /** Pages of 4 KiB of node records that were read in shards. */
  public long pages() {
    return pages;
  }

  /** Candidates that estimates had led to and full vectors then ordered. */
  public long reranks() {
    return reranks;
  }

  /** Vectors scanned in the fresh tier. */
  public int freshScanned() {
    return freshScanned;
  }

  /** How often a search was repeated because newer versions hid too many of its answers. */
  public int widenings() {
    return widenings;
  }

  /** The longest list that a shard was searched with; 0 if none was. */
  public int listSize() {
    return listSize;
  }

  /**
   * Where the lists come from: {@code request}, {@code calibration} of the shards, {@code typical}
   * if one of them had none, or {@code none} if no shard was searched.
   */
  public String listSizeFrom() {
    return listSizeFrom;
  }

  /** Time in the fresh tier. */
  public long freshNanos() {
    return freshNanos;
  }

  /** Time in the shards. */
  public long shardNanos() {
    return shardNanos;
  }

  /** Time of all of it. */
  public long totalNanos() {
    return totalNanos;
  }
}
