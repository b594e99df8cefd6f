package io.akidb.diskann.search;

import io.akidb.diskann.kernel.SortableKeys;
import java.util.Arrays;

/**
 * The best candidates of a walk, at most L of them, ascending by distance, each expanded once.
 * Insertion is by binary search into an array; a cursor remembers the first one that was not
 * expanded. For one thread.
 */
public final class CandidateList {
  // A key is a distance and an id (SortableKeys); the id's top bit says that it was expanded.
  private static final int EXPANDED = 1 << 31;

  private long[] keys = new long[128];
  private int capacity;
  private int size;
  private int cursor;

  /** Empties the list and sets how many it keeps. */
  public void reset(int newCapacity) {
    if (keys.length < newCapacity) {
      keys = new long[newCapacity];
    }
    capacity = newCapacity;
    size = 0;
    cursor = 0;
  }

  public int size() {
    return size;
  }

  public int id(int i) {
    return SortableKeys.id(keys[i]) & ~EXPANDED;
  }

  public float distance(int i) {
    return SortableKeys.distance(keys[i]);
  }

  /** A candidate that is not nearer than this is not kept. */
  public float limit() {
    return size < capacity ? Float.POSITIVE_INFINITY : SortableKeys.distance(keys[size - 1]);
  }

  /** Whether a candidate of this distance would be kept. */
  public boolean wouldKeep(float distance) {
    return size < capacity || distance < SortableKeys.distance(keys[size - 1]);
  }

  /** Adds a candidate that was never added before. */
  public void add(float distance, int id) {
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

  /**
   * Gives a candidate another distance: one that is in the list and was not expanded changes its
   * place; any other is added.
   */
  public void move(float before, float now, int id) {
    long old = SortableKeys.of(before, id);
    int at = placeOf(old);
    if (at < 0) {
      add(now, id);
      return;
    }
    long key = SortableKeys.of(now, id);
    int to = at;
    if (key < old) {
      for (; to > 0 && keys[to - 1] > key; to--) {
        keys[to] = keys[to - 1];
      }
    } else {
      for (; to + 1 < size && keys[to + 1] < key; to++) {
        keys[to] = keys[to + 1];
      }
    }
    keys[to] = key;
    cursor = Math.min(cursor, to);
  }

  /** Where a key is; -1 if nowhere. Keys of one distance are in no order once some are expanded. */
  private int placeOf(long key) {
    if (size == 0 || before(keys[size - 1], key)) {
      return -1;
    }
    int at = Arrays.binarySearch(keys, 0, size, key & ~0xffffffffL);
    for (at = at < 0 ? -at - 1 : at; at < size && !before(key, keys[at]); at++) {
      if (keys[at] == key) {
        return at;
      }
    }
    return -1;
  }

  /** Whether the distance of one key is less than another's. */
  private static boolean before(long key, long other) {
    return key >> 32 < other >> 32;
  }

  /** The best candidate that was not expanded, which now is; -1 if there is none. */
  public int expandNext() {
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

  /** The distance of the candidate that {@link #expandNext} told of, before others are added. */
  public float expandedDistance() {
    return SortableKeys.distance(keys[cursor - 1]);
  }

  /**
   * The place of the best candidate, from a place on, that was not expanded; -1 if there is none.
   */
  public int nextUnexpanded(int from) {
    for (int i = Math.max(from, cursor); i < size; i++) {
      if (SortableKeys.id(keys[i]) >= 0) {
        return i;
      }
    }
    return -1;
  }
}
