package io.akidb.diskann.graph;

import java.util.BitSet;
import java.util.function.IntFunction;

/**
 * Makes every node reachable from the entry, by an edge from a reachable node near it. For one
 * thread.
 */
final class GraphRepair {
  private final VamanaGraph graph;
  private final int entry;
  private final int maxDegree;
  private final IntFunction<int[]> nearest;
  private final BitSet reached = new BitSet();
  private final IntStack stack = new IntStack();
  private final int[] neighbours;

  GraphRepair(VamanaGraph graph, int entry, int maxDegree, IntFunction<int[]> nearest) {
    this.graph = graph;
    this.entry = entry;
    this.maxDegree = maxDegree;
    this.nearest = nearest;
    this.neighbours = new int[graph.capacity()];
  }

  void connect() {
    int nodes = graph.nodes();
    reach(entry);
    for (int node = reached.nextClearBit(0); node < nodes; node = reached.nextClearBit(node)) {
      int from = attach(node);
      reach(from);
      reach(node);
    }
  }

  /** Adds an edge to the node from the nearest reachable node that has room; answers that node. */
  private int attach(int node) {
    for (int candidate : nearest.apply(node)) {
      if (reached.get(candidate) && graph.degree(candidate) < maxDegree) {
        graph.append(candidate, node);
        return candidate;
      }
    }
    // None near has room: any reachable one has to do, so that at least the walk can come here.
    for (int candidate = reached.nextSetBit(0);
        candidate >= 0;
        candidate = reached.nextSetBit(candidate + 1)) {
      if (graph.degree(candidate) < maxDegree) {
        graph.append(candidate, node);
        return candidate;
      }
    }
    throw new IllegalStateException("every reachable node has all its neighbours");
  }

  private void reach(int start) {
    if (!reached.get(start)) {
      reached.set(start);
    }
    stack.push(start);
    while (!stack.isEmpty()) {
      int node = stack.pop();
      int degree = graph.copy(node, neighbours);
      for (int i = 0; i < degree; i++) {
        if (!reached.get(neighbours[i])) {
          reached.set(neighbours[i]);
          stack.push(neighbours[i]);
        }
      }
    }
  }
}
