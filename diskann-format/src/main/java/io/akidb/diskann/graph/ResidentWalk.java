package io.akidb.diskann.graph;

import io.akidb.diskann.quantization.QuantizedQuery;
import java.lang.foreign.MemorySegment;

/** A walk by the codes of all nodes, which lie in a section of their own. */
final class ResidentWalk extends GraphWalk {
  private final MemorySegment codes;
  private final QuantizedQuery query;
  private final int entry;
  private final int[] fresh;
  private final float[] estimates;

  ResidentWalk(DiskAnnIndex index) {
    super(index);
    this.codes = index.codes();
    this.query = index.quantizer().query();
    this.entry = index.parameters().entryNode();
    int most = Math.max(1, index.layout().maxDegree());
    this.fresh = new int[most];
    this.estimates = new float[most];
  }

  @Override
  void prepare(float[] vector) {
    query.set(vector);
  }

  @Override
  void start() {
    if (isNew(entry)) {
      fresh[0] = entry;
      offer(1);
    }
  }

  @Override
  void expand(long at, int degree, float distance) {
    int count = 0;
    for (int i = 0; i < degree; i++) {
      int node = neighbour(at, i);
      if (isNew(node)) {
        fresh[count++] = node;
      }
    }
    offer(count);
  }

  @Override
  float distanceOf(float estimate) {
    return estimate;
  }

  private void offer(int count) {
    countEstimates(count);
    query.estimate(codes, fresh, count, estimates);
    for (int i = 0; i < count; i++) {
      offerCandidate(estimates[i], fresh[i]);
    }
  }
}
