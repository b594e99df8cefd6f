package io.akidb.diskann;

import java.util.Arrays;

/**
 * The best candidates of a walk, at most L of them, ascending by distance, each expanded once.
 * Insertion is by binary search into an array; a cursor remembers the first one that was not
 * expanded. For one thread.
 */
final class CandidateList {
  // A key is a distance and an id (SortableKeys); the id's top bit says that it was expanded.
  private static final int EXPANDED = 1 << 31;

  private long[] keys = new long[128];
  private int capacity;
  private int size;
  private int cursor;

  /** Empties the list and sets how many it keeps. */
  void reset(int newCapacity) {
    if (keys.length < newCapacity) {
      keys = new long[newCapacity];
    }
    capacity = newCapacity;
    size = 0;
    cursor = 0;
  }

  int size() {
    return size;
  }

  int id(int i) {
    return SortableKeys.id(keys[i]) & ~EXPANDED;
  }

  float distance(int i) {
    return SortableKeys.distance(keys[i]);
  }

  /** Whether a candidate of this distance would be kept. */
  boolean wouldKeep(float distance) {
    return size < capacity || distance < SortableKeys.distance(keys[size - 1]);
  }

  /** Adds a candidate that was never added before. */
  void add(float distance, int id) {
    if (!wouldKeep(distance)) {
      return;
    }
    long key = SortableKeys.of(distance, id);
    int at = Arrays.binarySearch(keys, 0, size, key);
    at = at < 0 ? -at - 1 : at;
    if (size < capacity) {
      size++;
    }
    System.arraycopy(keys, at, keys, at + 1, size - 1 - at);
    keys[at] = key;
    cursor = Math.min(cursor, at);
  }

  /** The best candidate that was not expanded, which now is; -1 if there is none. */
  int expandNext() {
    while (cursor < size) {
      int id = SortableKeys.id(keys[cursor]);
      if (id >= 0) {
        keys[cursor] |= 0x80000000L;
        cursor++;
        return id;
      }
      cursor++;
    }
    return -1;
  }
}
