package io.akidb.diskann.graph;

import io.akidb.diskann.format.v1.MajorFaults;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.PageAdvice;
import io.akidb.diskann.search.VisitedSet;
import java.lang.foreign.MemorySegment;

/**
 * Reading by blocks, as a walk does once it has waited for a disk: a block of near nodes takes
 * hardly longer than one page of it (Wang et al., Starling, SIGMOD 2024, section 5.1). For one
 * thread.
 */
final class BlockReads {
  private final NodeLayout layout;
  private final MemorySegment nodes;
  private final int size;
  private final long waitNanos;
  private final MajorFaults faults = new MajorFaults();
  private final VisitedSet asked = new VisitedSet();
  private final VisitedSet read = new VisitedSet();
  private boolean isOn;
  private long faultsBefore;
  private long stepBegan;

  /**
   * Of a section of nodes.
   *
   * @param size how many
   * @param waitNanos a step that takes longer may have waited for a disk; less than 0 if all have
   */
  BlockReads(NodeLayout layout, MemorySegment nodes, int size, long waitNanos) {
    this.layout = layout;
    this.nodes = nodes;
    this.size = size;
    this.waitNanos = waitNanos;
  }

  /** A walk's first step begins. */
  void begin() {
    isOn = false;
    faultsBefore = faults.ofThisThread();
    stepBegan = System.nanoTime();
  }

  /** A step has ended, and the next one begins. */
  void step() {
    long ended = System.nanoTime();
    if (!isOn && hasWaited(ended - stepBegan)) {
      isOn = true;
      asked.clear();
      read.clear();
    }
    stepBegan = ended;
  }

  private boolean hasWaited(long nanos) {
    return waitNanos < 0 || (nanos > waitNanos && faults.ofThisThread() > faultsBefore);
  }

  /** Whether a step of this walk has waited. */
  boolean isOn() {
    return isOn;
  }

  /** Asks for a node's block, unless this walk has. */
  void ask(int node) {
    if (asked.add(node / layout.nodesPerBlock())) {
      int first = first(node);
      PageAdvice.willNeed(nodes, layout.blockAt(first), layout.blockBytes(first, size));
    }
  }

  /** Whether a node's block is looked at for the first time. */
  boolean isNew(int node) {
    return read.add(node / layout.nodesPerBlock());
  }

  /** The first node of a node's block. */
  int first(int node) {
    return node - node % layout.nodesPerBlock();
  }

  /** Behind the last node of a node's block. */
  int end(int node) {
    return Math.min(size, first(node) + layout.nodesPerBlock());
  }
}
