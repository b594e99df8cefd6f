package io.akidb.diskann.search;

import java.util.Arrays;

/** A set of node ids, cleared often: open addressing, at most half full. For one thread. */
public final class VisitedSet {
  private static final int EMPTY = -1;

  private int[] slots = new int[4096];
  private int size;

  public VisitedSet() {
    Arrays.fill(slots, EMPTY);
  }

  public void clear() {
    Arrays.fill(slots, EMPTY);
    size = 0;
  }

  /** Adds an id; false if it was there. */
  public boolean add(int id) {
    int mask = slots.length - 1;
    int at = ((id * 0x9E3779B9) >>> 8) & mask;
    while (slots[at] != EMPTY) {
      if (slots[at] == id) {
        return false;
      }
      at = (at + 1) & mask;
    }
    slots[at] = id;
    if (++size * 2 > slots.length) {
      grow();
    }
    return true;
  }

  private void grow() {
    int[] old = slots;
    slots = new int[old.length * 4];
    Arrays.fill(slots, EMPTY);
    int mask = slots.length - 1;
    for (int id : old) {
      if (id != EMPTY) {
        int at = ((id * 0x9E3779B9) >>> 8) & mask;
        while (slots[at] != EMPTY) {
          at = (at + 1) & mask;
        }
        slots[at] = id;
      }
    }
  }
}
