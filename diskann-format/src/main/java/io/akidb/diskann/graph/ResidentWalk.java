package io.akidb.diskann.graph;

import io.akidb.diskann.quantization.QuantizedQuery;
import io.akidb.diskann.search.CandidateList;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A walk by the codes of all nodes, which lie in a section of their own. It begins at the entry
 * node and at the nearest entries, as their binary codes tell: these are a few passes where the
 * nodes' own codes would be one each.
 */
final class ResidentWalk extends GraphWalk {
  /** So many of the nearest entries are candidates. */
  private static final int STARTS = 8;

  private final MemorySegment codes;
  private final QuantizedQuery query;
  private final int entry;
  private final @Nullable EntryScan entries;
  private final CandidateList nearest = new CandidateList();
  private final int[] fresh;
  private final float[] estimates;

  ResidentWalk(DiskAnnIndex index, long waitNanos) {
    super(index, waitNanos);
    this.codes = index.codes();
    this.query = index.quantizer().query();
    this.entry = index.parameters().entryNode();
    FusedEntries known = index.entries();
    this.entries = known == null ? null : new EntryScan(known);
    int most = Math.max(STARTS + 1, index.layout().maxDegree());
    this.fresh = new int[most];
    this.estimates = new float[most];
  }

  @Override
  void prepare(float[] vector) {
    query.set(vector);
    nearest.reset(STARTS);
    if (entries != null) {
      entries.scan(vector, nearest);
      countEstimates(entries.count());
    }
  }

  @Override
  void start() {
    int count = 0;
    if (isNew(entry)) {
      fresh[count++] = entry;
    }
    for (int i = 0; i < nearest.size(); i++) {
      if (isNew(nearest.id(i))) {
        fresh[count++] = nearest.id(i);
      }
    }
    offer(count);
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
  float hopelessRatio(float breadth) {
    return Float.POSITIVE_INFINITY;
  }

  @Override
  float estimateOf(float distance) {
    return distance;
  }

  private void offer(int count) {
    countEstimates(count);
    query.estimate(codes, fresh, count, estimates);
    for (int i = 0; i < count; i++) {
      offerCandidate(estimates[i], fresh[i]);
    }
  }
}
