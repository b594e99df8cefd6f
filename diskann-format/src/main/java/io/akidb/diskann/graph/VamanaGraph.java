package io.akidb.diskann.graph;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Neighbour lists of a graph that is being built, in a work file: {@code [n][1 + capacity]}, the
 * degree first, and beside it how many of the first neighbours one pruning kept. A list is changed
 * under its node's lock and read without: a reader may see a list half old and half new, each entry
 * of which is a node.
 */
final class VamanaGraph implements AutoCloseable {
  private static final int LOCKS = 1024;
  private static final int DEGREE_BITS = 16;
  private static final int DEGREE_MASK = (1 << DEGREE_BITS) - 1;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private final int nodes;
  private final int capacity;
  private final WorkFile file;
  private final MemorySegment lists;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  VamanaGraph(int nodes, int capacity, Path workDirectory) {
    this.nodes = nodes;
    this.capacity = capacity;
    this.file = new WorkFile(workDirectory, "graph", bytes(nodes, capacity));
    this.lists = file.bytes();
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** Bytes of the work file. */
  static long bytes(int nodes, int capacity) {
    return 4L * nodes * (capacity + 1);
  }

  int nodes() {
    return nodes;
  }

  int capacity() {
    return capacity;
  }

  ReentrantLock lock(int node) {
    return locks[node & LOCKS - 1];
  }

  private long at(int node) {
    return (long) node * (capacity + 1);
  }

  int degree(int node) {
    return lists.getAtIndex(INT, at(node)) & DEGREE_MASK;
  }

  /** How many of the first neighbours one pruning kept together. */
  int keptTogether(int node) {
    return lists.getAtIndex(INT, at(node)) >>> DEGREE_BITS;
  }

  int neighbour(int node, int i) {
    return lists.getAtIndex(INT, at(node) + 1 + i);
  }

  /** Copies a node's neighbours and answers how many. */
  int copy(int node, int[] into) {
    int degree = degree(node);
    MemorySegment.copy(lists, INT, 4 * (at(node) + 1), into, 0, degree);
    return degree;
  }

  /** Replaces a node's neighbours by what one pruning kept. Under its lock. */
  void set(int node, int[] neighbours, int degree) {
    MemorySegment.copy(neighbours, 0, lists, INT, 4 * (at(node) + 1), degree);
    lists.setAtIndex(INT, at(node), degree | degree << DEGREE_BITS);
  }

  /** Gives a node neighbours that were chosen elsewhere, not all by one pruning perhaps. */
  void carry(int node, int[] neighbours, int degree) {
    MemorySegment.copy(neighbours, 0, lists, INT, 4 * (at(node) + 1), degree);
    lists.setAtIndex(INT, at(node), degree);
  }

  /**
   * Appends a neighbour if it is new and there is room; false if there is no room. Under the node's
   * lock.
   */
  boolean append(int node, int neighbour) {
    int header = lists.getAtIndex(INT, at(node));
    int degree = header & DEGREE_MASK;
    for (int i = 0; i < degree; i++) {
      if (neighbour(node, i) == neighbour) {
        return true;
      }
    }
    if (degree == capacity) {
      return false;
    }
    lists.setAtIndex(INT, at(node) + 1 + degree, neighbour);
    lists.setAtIndex(INT, at(node), header + 1);
    return true;
  }

  @Override
  public void close() {
    file.close();
  }
}
