package io.akidb.diskann.graph;

import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Makes every node reachable from the entry, by an edge from a reachable node near it. A node whose
 * places are all taken gives up an edge by which no other node was first reached, so that what is
 * reachable stays so. For one thread.
 */
final class GraphRepair {
  private final VamanaGraph graph;
  private final int entry;
  private final int maxDegree;
  private final IntFunction<int[]> nearest;
  private final int[] windows;
  private final int[] neighbours;

  /** Of each node the one that it was first reached from; the entry from itself. */
  private final int[] reachedFrom;

  /** Reached nodes, in the order of their being reached; those before the cursor have no room. */
  private final int[] reached;

  private int count;
  private int cursor;

  /** How many of the reached nodes had their neighbours reached. */
  private int expanded;

  /**
   * Prepares a repair.
   *
   * @param maxDegree neighbours a node may have, at least 2
   * @param nearest nodes near to a node, best first
   */
  GraphRepair(VamanaGraph graph, int entry, int maxDegree, IntFunction<int[]> nearest) {
    this(graph, WindowWalk.whole(graph), entry, maxDegree, nearest);
  }

  /**
   * Prepares a repair that looks at one window of nodes after the other.
   *
   * @param windows as {@link WindowWalk#run} takes them
   * @param maxDegree neighbours a node may have, at least 2
   * @param nearest nodes near to a node, best first
   */
  GraphRepair(
      VamanaGraph graph, int[] windows, int entry, int maxDegree, IntFunction<int[]> nearest) {
    this.graph = graph;
    this.windows = windows;
    this.entry = entry;
    this.maxDegree = maxDegree;
    this.nearest = nearest;
    this.neighbours = new int[graph.capacity()];
    this.reachedFrom = new int[graph.nodes()];
    this.reached = new int[graph.nodes()];
  }

  void connect() {
    reachAll();
    for (int node = 0; node < reachedFrom.length; node++) {
      if (reachedFrom[node] == WindowWalk.UNREACHED) {
        reach(node, attach(node));
      }
    }
  }

  /** The nodes, from one on, that cannot be reached; changes nothing. */
  int[] unreached(int first) {
    reachAll();
    return IntStream.range(first, reachedFrom.length)
        .filter(node -> reachedFrom[node] == WindowWalk.UNREACHED)
        .toArray();
  }

  private void reachAll() {
    count = WindowWalk.run(graph, windows, entry, reached, reachedFrom);
    expanded = count;
  }

  /** Adds an edge to the node from a reachable one, the nearest that can have it; answers that. */
  private int attach(int node) {
    for (int candidate : nearest.apply(node)) {
      if (reachedFrom[candidate] != WindowWalk.UNREACHED && take(candidate, node)) {
        return candidate;
      }
    }
    // None near can: any has to do, so that at least the walk can come here. There is always one:
    // the reached nodes have more places together than there are reached nodes.
    while (!take(reached[cursor], node)) {
      cursor++;
    }
    return reached[cursor];
  }

  /** Adds the edge if there is room, or an edge to give up for it. */
  private boolean take(int from, int node) {
    int degree = graph.copy(from, neighbours);
    if (degree < maxDegree) {
      graph.append(from, node);
      return true;
    }
    // The last ones are the farthest that pruning kept.
    for (int i = degree - 1; i >= 0; i--) {
      if (reachedFrom[neighbours[i]] != from) {
        neighbours[i] = node;
        graph.set(from, neighbours, degree);
        return true;
      }
    }
    return false;
  }

  private void reach(int start, int from) {
    mark(start, from);
    while (expanded < count) {
      int node = reached[expanded++];
      int degree = graph.copy(node, neighbours);
      for (int i = 0; i < degree; i++) {
        if (reachedFrom[neighbours[i]] == WindowWalk.UNREACHED) {
          mark(neighbours[i], node);
        }
      }
    }
  }

  private void mark(int node, int from) {
    reachedFrom[node] = from;
    reached[count++] = node;
  }
}
