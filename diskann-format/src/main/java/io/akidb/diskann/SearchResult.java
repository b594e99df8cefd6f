package io.akidb.diskann;

/**
 * Nodes, best first.
 *
 * @param nodeIds {@code [size]}
 * @param distances {@code [size]}, exact, ascending
 * @param statistics what it took
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record SearchResult(int[] nodeIds, float[] distances, SearchStatistics statistics) {
  /** How many. */
  public int size() {
    return nodeIds.length;
  }

  /** The i-th best node. */
  public int nodeId(int i) {
    return nodeIds[i];
  }

  /** The distance of the i-th best node. */
  public float distance(int i) {
    return distances[i];
  }
}
