package io.akidb.diskann;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Neighbour lists of a graph that is being built, in one array: {@code [n][1 + capacity]}, the
 * degree first. A list is changed under its node's lock and read without: a reader may see a list
 * half old and half new, each entry of which is a node.
 */
final class VamanaGraph {
  private static final int LOCKS = 1024;

  private static final int BLOCK_NODES = 1 << 14;

  private final int nodes;
  private final int capacity;
  private final int[][] blocks;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  VamanaGraph(int nodes, int capacity) {
    this.nodes = nodes;
    this.capacity = capacity;
    this.blocks = new int[(nodes + BLOCK_NODES - 1) / BLOCK_NODES][];
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = new int[Math.min(BLOCK_NODES, nodes - b * BLOCK_NODES) * (capacity + 1)];
    }
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
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

  int degree(int node) {
    return blocks[node / BLOCK_NODES][at(node)];
  }

  int neighbour(int node, int i) {
    return blocks[node / BLOCK_NODES][at(node) + 1 + i];
  }

  private int at(int node) {
    return node % BLOCK_NODES * (capacity + 1);
  }

  /** Copies a node's neighbours and answers how many. */
  int copy(int node, int[] into) {
    int[] block = blocks[node / BLOCK_NODES];
    int at = at(node);
    int degree = block[at];
    System.arraycopy(block, at + 1, into, 0, degree);
    return degree;
  }

  /** Replaces a node's neighbours. Under its lock. */
  void set(int node, int[] neighbours, int degree) {
    int[] block = blocks[node / BLOCK_NODES];
    int at = at(node);
    System.arraycopy(neighbours, 0, block, at + 1, degree);
    block[at] = degree;
  }

  /**
   * Appends a neighbour if it is new and there is room; false if there is no room. Under the node's
   * lock.
   */
  boolean append(int node, int neighbour) {
    int[] block = blocks[node / BLOCK_NODES];
    int at = at(node);
    int degree = block[at];
    for (int i = 1; i <= degree; i++) {
      if (block[at + i] == neighbour) {
        return true;
      }
    }
    if (degree == capacity) {
      return false;
    }
    block[at + 1 + degree] = neighbour;
    block[at] = degree + 1;
    return true;
  }
}
