package io.akidb.diskann.live;

import io.akidb.diskann.graph.RobustPrune;
import io.akidb.diskann.search.VisitedSet;
import java.util.BitSet;
import java.util.concurrent.CancellationException;

/**
 * Takes deleted nodes out of the graph (FreshDiskANN, Algorithm 4): who has one as a neighbour gets
 * its neighbours in its place, as far as pruning keeps them. Others search and insert meanwhile,
 * but no new edge leads to the nodes that are taken out. For one thread.
 */
final class LiveConsolidation {
  private static final int INTERRUPT_STEP = 128;

  private final LiveGraph graph;
  private final LiveSlots slots;
  private final LiveSpace space;
  private final BitSet dead;
  private final RobustPrune pruning;
  private final VisitedSet offered = new VisitedSet();
  private final int[] neighbours;
  private final int[] further;

  /**
   * Of the dead slots.
   *
   * @param dead slots of dead nodes, but for some live one
   */
  LiveConsolidation(LiveGraph graph, BitSet dead) {
    this.graph = graph;
    this.slots = graph.slots();
    this.space = graph.space();
    this.dead = dead;
    this.pruning =
        new RobustPrune(space, graph.parameters().maxDegree(), graph.parameters().alpha());
    this.neighbours = new int[slots.capacity()];
    this.further = new int[slots.capacity()];
  }

  /**
   * Takes them out.
   *
   * @throws CancellationException if the thread was interrupted: some edges are done, and all can
   *     be searched as before
   */
  void run() {
    int used = slots.used();
    graph.entries().choose(new LiveMedoid(graph, dead, used).slot());
    for (int slot = 0; slot < used; slot++) {
      if (slot % INTERRUPT_STEP == 0 && Thread.currentThread().isInterrupted()) {
        throw new CancellationException("the consolidation was interrupted");
      }
      if (!dead.get(slot) && slots.node(slot) != null) {
        replaceDead(slot);
      }
    }
    new LiveRepair(graph, dead).connect();
  }

  private void replaceDead(int slot) {
    slots.lock(slot).lock();
    try {
      int degree = slots.copy(slot, neighbours);
      boolean hasDead = false;
      for (int i = 0; i < degree; i++) {
        hasDead |= dead.get(neighbours[i]);
      }
      if (!hasDead) {
        return;
      }
      pruning.reset(slot);
      offered.clear();
      offered.add(slot);
      for (int i = 0; i < degree; i++) {
        if (!dead.get(neighbours[i])) {
          offer(slot, neighbours[i]);
          continue;
        }
        int count = slots.copy(neighbours[i], further);
        for (int j = 0; j < count; j++) {
          if (!dead.get(further[j])) {
            offer(slot, further[j]);
          }
        }
      }
      slots.set(slot, pruning.kept(), pruning.prune());
    } finally {
      slots.lock(slot).unlock();
    }
  }

  private void offer(int slot, int candidate) {
    if (offered.add(candidate)) {
      pruning.offer(space.between(slot, candidate), candidate, false);
    }
  }
}
