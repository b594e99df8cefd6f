package io.akidb.diskann.graph;

/**
 * What was made of a graph beside its lists.
 *
 * @param entries where walks begin; from the first one all nodes can be reached
 * @param windows runs of nodes that know each other, as {@link WindowWalk#run} takes them
 * @param order the position of each node; empty if nodes are named by their positions
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record MadeGraph(int[] entries, int[] windows, int[] order) {
  /** A graph whose nodes are named by their positions, and were made all at once. */
  static MadeGraph ofPositions(BuildSpace space, int root, int entryCount, long seed) {
    return new MadeGraph(
        EntryNodes.choose(space, root, entryCount, seed), new int[] {0, space.size()}, new int[0]);
  }

  /** The position of each of some nodes. */
  int[] positions(int[] nodes) {
    if (order.length == 0) {
      return nodes;
    }
    int[] positions = new int[nodes.length];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = order[nodes[i]];
    }
    return positions;
  }

  /** The node of each position; empty if nodes are named by their positions. */
  int[] nodes() {
    int[] nodes = new int[order.length];
    for (int node = 0; node < nodes.length; node++) {
      nodes[order[node]] = node;
    }
    return nodes;
  }
}
