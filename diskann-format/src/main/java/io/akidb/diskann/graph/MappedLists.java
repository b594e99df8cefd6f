package io.akidb.diskann.graph;

import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.ShardFile;
import java.lang.foreign.MemorySegment;

/** The graph of a mapped shard. Safe for any thread. */
final class MappedLists implements GraphMerge.Lists {
  private final NodeLayout layout;
  private final MemorySegment nodes;
  private final int size;

  MappedLists(MappedIndex index) {
    this.layout = index.layout();
    this.nodes = index.nodes();
    this.size = index.size();
  }

  @Override
  public int degreeMax() {
    return layout.maxDegree();
  }

  @Override
  public int copy(int node, int[] into) {
    int degree = layout.degree(nodes, node);
    if (degree < 0 || degree > layout.maxDegree()) {
      throw ShardFile.corrupt("node " + node + " has " + degree + " neighbours");
    }
    long at = layout.listAt(nodes, node, degree) + layout.neighboursAt(degree);
    for (int i = 0; i < degree; i++) {
      into[i] = layout.neighbour(nodes, at, i);
      if (into[i] < 0 || into[i] >= size) {
        throw ShardFile.corrupt("a node has node " + into[i] + " as a neighbour");
      }
    }
    return degree;
  }
}
