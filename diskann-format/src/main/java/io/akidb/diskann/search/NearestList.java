package io.akidb.diskann.search;

import io.akidb.diskann.SearchBuffer;
import io.akidb.diskann.kernel.SortableKeys;
import java.util.Arrays;

/** The k nearest of what is offered, as a heap with the farthest on top. For one thread. */
public final class NearestList {
  private long[] heap = new long[64];
  private int capacity;
  private int size;

  public void reset(int k) {
    if (heap.length < k) {
      heap = new long[k];
    }
    capacity = k;
    size = 0;
  }

  public int size() {
    return size;
  }

  public boolean isFull() {
    return size == capacity;
  }

  /** The distance of the k-th nearest; infinity while there are fewer. */
  public float farthest() {
    return size < capacity ? Float.POSITIVE_INFINITY : SortableKeys.distance(heap[0]);
  }

  /** Whether something of this distance would be kept. */
  public boolean wouldKeep(float distance, int id) {
    return size < capacity || SortableKeys.of(distance, id) < heap[0];
  }

  public void add(float distance, int id) {
    long key = SortableKeys.of(distance, id);
    if (size < capacity) {
      heap[size] = key;
      siftUp(size++);
    } else if (key < heap[0]) {
      heap[0] = key;
      siftDown();
    }
  }

  private void siftUp(int start) {
    int i = start;
    long key = heap[i];
    while (i > 0 && heap[(i - 1) / 2] < key) {
      heap[i] = heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
    heap[i] = key;
  }

  private void siftDown() {
    long key = heap[0];
    int i = 0;
    while (2 * i + 1 < size) {
      int child = 2 * i + 1;
      if (child + 1 < size && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= key) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = key;
  }

  /** The distances of what was kept, ascending. The list is to be reset before it is used again. */
  public float[] toDistances() {
    Arrays.sort(heap, 0, size);
    float[] distances = new float[size];
    for (int i = 0; i < size; i++) {
      distances[i] = SortableKeys.distance(heap[i]);
    }
    return distances;
  }

  /** What was kept, ascending. The list is to be reset before it is used again. */
  public void toBuffer(SearchBuffer into) {
    Arrays.sort(heap, 0, size);
    into.resize(size);
    for (int i = 0; i < size; i++) {
      into.set(i, SortableKeys.id(heap[i]), SortableKeys.distance(heap[i]));
    }
  }
}
