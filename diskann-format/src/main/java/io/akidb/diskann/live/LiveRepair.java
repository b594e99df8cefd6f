package io.akidb.diskann.live;

import io.akidb.diskann.search.CandidateList;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Makes every node that a consolidation keeps reachable from the root, by an edge from a reachable
 * node near it; as long as others insert at the same time, all but those that they cut off. A node
 * whose places are all taken gives up an edge by which no other was first reached. Holds eight
 * bytes a place while it runs. For one thread.
 */
final class LiveRepair {
  private static final int UNREACHED = -1;

  private final LiveGraph graph;
  private final LiveSlots slots;
  private final BitSet dead;
  private final LiveWalk walk;
  private final int[] neighbours;
  private final int[] reachedFrom;
  private final int[] queue;
  private int head;
  private int tail;

  LiveRepair(LiveGraph graph, BitSet dead) {
    this.graph = graph;
    this.slots = graph.slots();
    this.dead = dead;
    this.walk = new LiveWalk(graph);
    this.neighbours = new int[slots.capacity()];
    this.reachedFrom = new int[slots.used()];
    this.queue = new int[reachedFrom.length];
  }

  void connect() {
    Arrays.fill(reachedFrom, UNREACHED);
    int root = graph.entries().root();
    reach(root, root);
    for (int slot = 0; slot < reachedFrom.length; slot++) {
      if (reachedFrom[slot] == UNREACHED && !dead.get(slot) && slots.node(slot) != null) {
        reach(slot, attach(slot));
      }
    }
  }

  /** Adds an edge to the slot from a reached one, the nearest that can have it; answers that. */
  private int attach(int slot) {
    walk.walkFromRoot(
        graph.parameters().buildListSize(), other -> graph.space().between(slot, other));
    CandidateList near = walk.list();
    for (int i = 0; i < near.size(); i++) {
      if (canLead(near.id(i)) && take(near.id(i), slot)) {
        return near.id(i);
      }
    }
    for (int i = 0; i < tail; i++) {
      if (take(queue[i], slot)) {
        return queue[i];
      }
    }
    // Others filled all lists meanwhile; the next consolidation tries again.
    return slot;
  }

  private boolean canLead(int slot) {
    return slot < reachedFrom.length && reachedFrom[slot] != UNREACHED && !dead.get(slot);
  }

  private boolean take(int from, int slot) {
    slots.lock(from).lock();
    try {
      if (slots.append(from, slot)) {
        return true;
      }
      int degree = slots.copy(from, neighbours);
      // The last ones are the farthest that pruning kept.
      for (int i = degree - 1; i >= 0; i--) {
        if (neighbours[i] < reachedFrom.length && reachedFrom[neighbours[i]] != from) {
          neighbours[i] = slot;
          slots.set(from, neighbours, degree);
          return true;
        }
      }
      return false;
    } finally {
      slots.lock(from).unlock();
    }
  }

  private void reach(int start, int from) {
    reachedFrom[start] = from;
    queue[tail++] = start;
    while (head < tail) {
      int slot = queue[head++];
      int degree = slots.copy(slot, neighbours);
      for (int i = 0; i < degree; i++) {
        int neighbour = neighbours[i];
        if (neighbour < reachedFrom.length && reachedFrom[neighbour] == UNREACHED) {
          reachedFrom[neighbour] = slot;
          queue[tail++] = neighbour;
        }
      }
    }
  }
}
