package io.akidb.diskann.graph;

import java.util.Arrays;

/** A stack of ints. For one thread. */
final class IntStack {
  private int[] items = new int[1024];
  private int size;

  void push(int item) {
    if (size == items.length) {
      items = Arrays.copyOf(items, size * 2);
    }
    items[size++] = item;
  }

  int pop() {
    return items[--size];
  }

  boolean isEmpty() {
    return size == 0;
  }
}
