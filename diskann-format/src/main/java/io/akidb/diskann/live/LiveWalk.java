package io.akidb.diskann.live;

import io.akidb.diskann.search.CandidateList;
import io.akidb.diskann.search.VisitedSet;

/**
 * Best-first walk from the entry by exact distances (DiskANN, Algorithm 1), through all nodes,
 * deleted ones too. For one thread.
 */
final class LiveWalk {
  /** Distance of a slot from where the walk goes. */
  interface Target {
    float distance(int slot);
  }

  private final LiveGraph graph;
  private final CandidateList list = new CandidateList();
  private final VisitedSet visited = new VisitedSet();
  private final int[] neighbours;
  private int hops;
  private int distances;

  LiveWalk(LiveGraph graph) {
    this.graph = graph;
    this.neighbours = new int[graph.slots().capacity()];
  }

  /** Walks; the list then holds the nearest, ascending. */
  void walk(int listSize, Target target) {
    hops = 0;
    distances = 0;
    list.reset(listSize);
    visited.clear();
    int entry = graph.entry();
    if (entry < 0) {
      return;
    }
    visited.add(entry);
    offer(entry, target);
    for (int slot = list.expandNext(); slot >= 0; slot = list.expandNext()) {
      hops++;
      int degree = graph.slots().copy(slot, neighbours);
      int fresh = 0;
      for (int i = 0; i < degree; i++) {
        if (visited.add(neighbours[i])) {
          neighbours[fresh++] = neighbours[i];
        }
      }
      for (int i = 0; i < fresh; i++) {
        offer(neighbours[i], target);
      }
    }
  }

  private void offer(int slot, Target target) {
    distances++;
    list.add(target.distance(slot), slot);
  }

  CandidateList list() {
    return list;
  }

  /** Whether the walk did not meet the slot; it has from now on. */
  boolean isNew(int slot) {
    return visited.add(slot);
  }

  int hops() {
    return hops;
  }

  int distances() {
    return distances;
  }
}
