package io.akidb.diskann.graph;

import io.akidb.diskann.PqCodebook;
import java.lang.foreign.MemorySegment;

/** A walk by the PQ codes of all nodes, which lie in a section of their own. */
final class PqWalk extends GraphWalk {
  private final MemorySegment codes;
  private final PqCodebook codebook;
  private final int entry;
  private final int subspaces;
  private final float[] table;

  PqWalk(DiskAnnIndex index) {
    super(index);
    this.codes = index.codes();
    this.codebook = index.codebook();
    this.entry = index.parameters().entryNode();
    this.subspaces = codebook.subspaces();
    this.table = new float[subspaces * PqCodebook.CENTROIDS];
  }

  @Override
  void prepare(float[] vector) {
    codebook.fillTable(vector, table);
  }

  @Override
  void start() {
    offer(entry);
  }

  @Override
  void expand(long at, int degree, float distance) {
    for (int i = 0; i < degree; i++) {
      offer(neighbour(at, i));
    }
  }

  @Override
  float distanceOf(float estimate) {
    return estimate;
  }

  private void offer(int node) {
    if (isNew(node)) {
      countEstimates(1);
      offerCandidate(PqCodebook.estimate(table, codes, (long) node * subspaces, subspaces), node);
    }
  }
}
