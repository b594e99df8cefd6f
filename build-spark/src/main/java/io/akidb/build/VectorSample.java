package io.akidb.build;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A random sample of bounded size that does not depend on the order or the grouping of what is
 * offered: the vectors whose ids hash lowest ("bottom-k" sampling; Cohen and Kaplan, PODC 2007).
 * Not safe for use by many threads.
 */
final class VectorSample {
  /**
   * A sampled vector, {@code [dimension]}.
   *
   * @param priority the hash of its id; the lowest are kept
   */
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record Entry(long priority, float[] vector) implements Serializable {}

  // The entry to be dropped next stands first.
  private final PriorityQueue<Entry> kept =
      new PriorityQueue<>(Comparator.comparingLong(Entry::priority).reversed());
  private final int capacity;
  private final long seed;

  VectorSample(int capacity, long seed) {
    this.capacity = capacity;
    this.seed = seed;
  }

  /** Offers a vector. The array is kept, not copied. */
  void offer(String id, float[] vector) {
    offer(IdHash.of(id, seed), vector);
  }

  /** Offers what another sample kept. */
  void offer(Entry entry) {
    offer(entry.priority(), entry.vector());
  }

  private void offer(long priority, float[] vector) {
    if (kept.size() < capacity) {
      kept.add(new Entry(priority, vector));
    } else if (capacity > 0 && priority < kept.element().priority()) {
      kept.remove();
      kept.add(new Entry(priority, vector));
    }
  }

  /** What is kept, lowest hash first. */
  List<Entry> entries() {
    List<Entry> sorted = new ArrayList<>(kept);
    sorted.sort(Comparator.comparingLong(Entry::priority));
    return sorted;
  }
}
