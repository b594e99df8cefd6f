package io.akidb.diskann.live;

import org.jspecify.annotations.Nullable;

/**
 * Who has a slot. Each insertion makes a new one, so that whoever meets the same node at a slot
 * again knows that the slot's vector was not written meanwhile.
 */
final class LiveNode {
  enum State {
    /** On its way into the graph: walked through, not answered. */
    PENDING,
    LIVE,
    /** Walked through, not answered, and no new edge leads to it. */
    DEAD
  }

  private final int slot;
  private final LiveRecord content;
  private volatile State state = State.PENDING;
  private volatile @Nullable LiveNode replacement;

  LiveNode(int slot, LiveRecord content) {
    this.slot = slot;
    this.content = content;
  }

  int slot() {
    return slot;
  }

  LiveRecord content() {
    return content;
  }

  boolean isLive() {
    return state == State.LIVE;
  }

  boolean isDead() {
    return state == State.DEAD;
  }

  void enliven() {
    state = State.LIVE;
  }

  /**
   * Ends it.
   *
   * @param successor the node that has its id from now on; null if it was deleted
   */
  void die(@Nullable LiveNode successor) {
    replacement = successor;
    state = State.DEAD;
  }

  /** Who has the id of this node now, as far as it was replaced rather than deleted. */
  LiveNode newest() {
    LiveNode node = this;
    for (LiveNode next = replacement; next != null; next = node.replacement) {
      node = next;
    }
    return node;
  }
}
