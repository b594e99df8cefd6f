package io.akidb.diskann;

import java.util.Arrays;

/**
 * Room for what a search answers, used again and again: once it has grown to what is asked, a
 * search allocates nothing. For one thread. What it holds is that of the last search that was given
 * it, and nothing after one that failed.
 */
public final class SearchBuffer {
  private static final int[] NO_NODES = {};
  private static final float[] NO_DISTANCES = {};

  private int[] nodeIds = NO_NODES;
  private float[] distances = NO_DISTANCES;
  private int size;
  private String strategy = "none";
  private int hops;
  private int quantizedDistances;
  private int fullDistances;
  private int pages;
  private int reranks;

  /** An empty one, that grows when it is used. */
  public SearchBuffer() {}

  /** How many nodes were found. */
  public int size() {
    return size;
  }

  /** The i-th best node, of {@link #size}. */
  public int nodeId(int i) {
    return nodeIds[within(i)];
  }

  /** The distance of the i-th best node: exact, ascending. */
  public float distance(int i) {
    return distances[within(i)];
  }

  private int within(int i) {
    if (i >= size) {
      throw new IndexOutOfBoundsException("node " + i + " of " + size + " that were found");
    }
    return i;
  }

  /** As {@link SearchStatistics#strategy}. */
  public String strategy() {
    return strategy;
  }

  /** As {@link SearchStatistics#hops}. */
  public int hops() {
    return hops;
  }

  /** As {@link SearchStatistics#quantizedDistances}. */
  public int quantizedDistances() {
    return quantizedDistances;
  }

  /** As {@link SearchStatistics#fullDistances}. */
  public int fullDistances() {
    return fullDistances;
  }

  /** As {@link SearchStatistics#pages}. */
  public int pages() {
    return pages;
  }

  /** As {@link SearchStatistics#reranks}. */
  public int reranks() {
    return reranks;
  }

  /** A copy of what it took, to be kept. */
  public SearchStatistics statistics() {
    return new SearchStatistics(strategy, hops, quantizedDistances, fullDistances, pages, reranks);
  }

  /** Forgets what it holds; for who fills it. */
  public void clear() {
    size = 0;
    strategy = "none";
    hops = 0;
    quantizedDistances = 0;
    fullDistances = 0;
    pages = 0;
    reranks = 0;
  }

  /** Makes room for so many nodes, of which each is to be {@link #set}; for who fills it. */
  public void resize(int nodes) {
    if (nodeIds.length < nodes) {
      int room = nodeIds.length == 0 ? nodes : Math.max(nodes, 2 * nodeIds.length);
      nodeIds = new int[room];
      distances = new float[room];
    }
    size = nodes;
  }

  /** Sets the i-th best; for who fills it. */
  public void set(int i, int nodeId, float distance) {
    nodeIds[i] = nodeId;
    distances[i] = distance;
  }

  /** Adds what a step towards the answer took; for who fills it. */
  public void count(int newHops, int estimates, int comparisons, int newPages, int newReranks) {
    hops += newHops;
    quantizedDistances += estimates;
    fullDistances += comparisons;
    pages += newPages;
    reranks += newReranks;
  }

  /** Says in which way was searched; for who fills it. */
  public void strategy(String name) {
    strategy = name;
  }

  /** What it holds; of one that was used once its arrays themselves, which are then no more its. */
  SearchResult intoResult() {
    boolean isExact = nodeIds.length == size;
    SearchResult result =
        new SearchResult(
            isExact ? nodeIds : Arrays.copyOf(nodeIds, size),
            isExact ? distances : Arrays.copyOf(distances, size),
            statistics());
    nodeIds = NO_NODES;
    distances = NO_DISTANCES;
    clear();
    return result;
  }
}
