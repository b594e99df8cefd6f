package io.akidb.diskann.live;

import io.akidb.diskann.search.CandidateList;
import io.akidb.diskann.search.VisitedSet;

/**
 * Best-first walk from the nearest entries by exact distances (DiskANN, Algorithm 1), through all
 * nodes, deleted ones too. For one thread.
 */
final class LiveWalk {
  /** So many of the nearest entries are candidates. */
  private static final int STARTS = 8;

  /** Distance of a slot from where the walk goes. */
  interface Target {
    float distance(int slot);
  }

  private final LiveGraph graph;
  private final CandidateList list = new CandidateList();
  private final CandidateList nearest = new CandidateList();
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
    reset(listSize);
    int[] entries = graph.entries().all();
    if (entries.length == 0) {
      return;
    }
    nearest.reset(STARTS);
    for (int entry : entries) {
      distances++;
      nearest.add(target.distance(entry), entry);
    }
    for (int i = 0; i < nearest.size(); i++) {
      visited.add(nearest.id(i));
      list.add(nearest.distance(i), nearest.id(i));
    }
    // Of all others it is not known that they reach everything.
    if (visited.add(entries[0])) {
      offer(entries[0], target);
    }
    run(target);
  }

  /** As the other, from where everything can be reached alone. */
  void walkFromRoot(int listSize, Target target) {
    reset(listSize);
    int root = graph.entries().root();
    if (root >= 0) {
      visited.add(root);
      offer(root, target);
      run(target);
    }
  }

  private void reset(int listSize) {
    hops = 0;
    distances = 0;
    list.reset(listSize);
    nearest.reset(STARTS);
    visited.clear();
  }

  private void run(Target target) {
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

  /** How far the nearest entry was; of a walk from the root alone no number is known. */
  float entryDistance() {
    return nearest.size() == 0 ? 0 : nearest.distance(0);
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
