package io.akidb.diskann.graph;

import java.util.Arrays;
import java.util.BitSet;

/**
 * A walk along all edges of a graph, breadth-first, which stays within one window of nodes as long
 * as there is something to visit in it, then goes on in the next one, round and round: so the lists
 * of one window are what has to be in memory. With one window it is an ordinary breadth-first walk.
 */
final class WindowWalk {
  static final int UNREACHED = -1;

  private final VamanaGraph graph;

  /** The first node of each window, and behind them the number of all. */
  private final int[] windows;

  private final int[] order;
  private final int[] reachedFrom;
  private final BitSet visited;
  private int count;
  private int reached;

  private WindowWalk(VamanaGraph graph, int[] windows, int[] order, int[] reachedFrom) {
    this.graph = graph;
    this.windows = windows;
    this.order = order;
    this.reachedFrom = reachedFrom;
    this.visited = new BitSet(graph.nodes());
  }

  /** One window of all nodes. */
  static int[] whole(VamanaGraph graph) {
    return new int[] {0, graph.nodes()};
  }

  /**
   * Walks.
   *
   * @param windows the first node of each window, ascending, and behind them the number of all
   * @param order {@code [nodes]}, the nodes as they are visited, the entry in front
   * @param reachedFrom {@code [nodes]}, of each the node that it was first reached from, {@link
   *     #UNREACHED} if there is none; the entry from itself
   * @return how many were visited
   */
  static int run(VamanaGraph graph, int[] windows, int entry, int[] order, int[] reachedFrom) {
    Arrays.fill(reachedFrom, UNREACHED);
    return new WindowWalk(graph, windows, order, reachedFrom).from(entry);
  }

  private int from(int entry) {
    int first = 0;
    while (windows[first + 1] <= entry) {
      first++;
    }
    reachedFrom[entry] = entry;
    reached = 1;
    int all = windows.length - 1;
    for (int i = 0; count < reached; i++) {
      int window = (first + i) % all;
      visit(windows[window], windows[window + 1]);
    }
    return count;
  }

  /** Visits what can be reached within a window from what was reached in it. */
  private void visit(int from, int to) {
    int next = count;
    for (int node = from; node < to; node++) {
      if (reachedFrom[node] != UNREACHED && !visited.get(node)) {
        take(node);
      }
    }
    while (next < count) {
      int node = order[next++];
      int degree = graph.degree(node);
      for (int i = 0; i < degree; i++) {
        int neighbour = graph.neighbour(node, i);
        if (reachedFrom[neighbour] == UNREACHED) {
          reachedFrom[neighbour] = node;
          reached++;
          if (neighbour >= from && neighbour < to) {
            take(neighbour);
          }
        }
      }
    }
  }

  private void take(int node) {
    visited.set(node);
    order[count++] = node;
  }
}
