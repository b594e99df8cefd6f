package io.akidb.diskann.live;

import io.akidb.diskann.graph.RobustPrune;
import io.akidb.diskann.search.CandidateList;

/**
 * Gives written slots their neighbours (FreshDiskANN, Algorithm 2) while others insert, search and
 * consolidate. For one thread.
 */
final class LiveInserter {
  private final LiveGraph graph;
  private final LiveSlots slots;
  private final LiveSpace space;
  private final LiveWalk walk;
  private final RobustPrune pruning;
  private final int[] neighbours;
  private final int[] chosen;

  LiveInserter(LiveGraph graph) {
    this.graph = graph;
    this.slots = graph.slots();
    this.space = graph.space();
    this.walk = new LiveWalk(graph);
    this.pruning =
        new RobustPrune(space, graph.parameters().maxDegree(), graph.parameters().alpha());
    this.neighbours = new int[slots.capacity()];
    this.chosen = new int[graph.parameters().maxDegree()];
  }

  /**
   * Joins a slot to the graph.
   *
   * @param listSize candidates of the walk, more where many are deleted
   */
  void insert(int slot, int listSize) {
    if (graph.entries().addFirst(slot)) {
      return;
    }
    int degree = nearby(slot, listSize);
    System.arraycopy(pruning.kept(), 0, chosen, 0, degree);
    slots.lock(slot).lock();
    try {
      slots.set(slot, chosen, degree);
    } finally {
      slots.lock(slot).unlock();
    }
    for (int i = 0; i < degree; i++) {
      connect(chosen[i], slot);
    }
    graph.entries().inserted(slot, walk.entryDistance());
  }

  /** Chooses neighbours, and answers how many. */
  private int nearby(int slot, int listSize) {
    // Where all that is near was deleted the walk has to look farther.
    for (long size = listSize; ; size *= 2) {
      walk.walk((int) Math.min(slots.used(), size), other -> space.between(slot, other));
      int degree = choose(slot, false);
      if (degree > 0) {
        return degree;
      }
      if (size >= slots.used()) {
        // All were deleted: they lead on until they are consolidated.
        return choose(slot, true);
      }
    }
  }

  private int choose(int slot, boolean isDeadTaken) {
    CandidateList list = walk.list();
    pruning.reset(slot);
    for (int i = 0; i < list.size(); i++) {
      LiveNode node = slots.node(list.id(i));
      if (list.id(i) != slot && node != null && (isDeadTaken || !node.isDead())) {
        pruning.offer(list.distance(i), list.id(i), false);
      }
    }
    return pruning.prune();
  }

  private void connect(int slot, int neighbour) {
    slots.lock(slot).lock();
    try {
      if (!slots.append(slot, neighbour)) {
        pruning.reset(slot);
        int degree = slots.copy(slot, neighbours);
        for (int i = 0; i < degree; i++) {
          pruning.offer(space.between(slot, neighbours[i]), neighbours[i], false);
        }
        pruning.offer(space.between(slot, neighbour), neighbour, false);
        slots.set(slot, pruning.kept(), pruning.prune());
      }
    } finally {
      slots.lock(slot).unlock();
    }
  }
}
