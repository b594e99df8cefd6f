package io.akidb.diskann.graph;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchBuffer;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.kernel.FastScan;
import io.akidb.diskann.quantization.BinaryQuery;
import io.akidb.diskann.quantization.NeighbourCodes;
import io.akidb.diskann.quantization.Rotation;
import io.akidb.diskann.search.CandidateList;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A walk by the binary codes that lie beside each node's neighbours: one read brings all that
 * expanding a node takes, and one pass scores 32 neighbours (Gou et al., SymphonyQG, SIGMOD 2025).
 * Estimates are squared distances to vectors of unit length for cosine.
 */
final class FusedWalk extends GraphWalk {
  /** So many of the nearest entries are candidates at least. */
  private static final int STARTS_MIN = 8;

  /** One of them for so many candidates that are kept. */
  private static final int CANDIDATES_PER_START = 8;

  private final FusedIndex index;
  private final DistanceMetric metric;
  private final MemorySegment nodes;
  private final NodeLayout layout;

  /** How the codes of so many neighbours lie. */
  private final NeighbourCodes[] shapes;

  private final Rotation rotation;
  private final BinaryQuery query;
  private final float[] rotated;
  private final float[] estimates = new float[FastScan.LANES];
  private final CandidateList starts = new CandidateList();
  private float centreDistance;
  private int startCount;

  FusedWalk(FusedIndex index, long waitNanos) {
    super(index, waitNanos);
    this.index = index;
    this.metric = index.schema().metric();
    this.nodes = index.nodes();
    this.layout = index.layout();
    this.shapes = new NeighbourCodes[layout.maxDegree() + 1];
    Arrays.setAll(shapes, layout::codes);
    this.rotation = index.entries().rotation();
    this.query = new BinaryQuery(rotation.length());
    this.rotated = new float[rotation.length()];
  }

  @Override
  void prepare(float[] vector) {
    float[] centre = index.entries().centre();
    Arrays.fill(rotated, 0);
    float square = 0;
    for (int d = 0; d < centre.length; d++) {
      rotated[d] = vector[d] - centre[d];
      square += rotated[d] * rotated[d];
    }
    centreDistance = metric == DistanceMetric.DOT ? 0 : square;
    rotation.rotate(rotated);
    query.set(rotated);
  }

  @Override
  void search(
      float[] vector, SearchParameters parameters, @Nullable NodeFilter filter, SearchBuffer into) {
    int kept = Math.max(parameters.k(), parameters.searchListSize());
    // Entries that match are answers, few as they may be: then all of them are offered.
    startCount =
        filter != null
            ? index.entries().count()
            : Math.max(STARTS_MIN, kept / CANDIDATES_PER_START);
    super.search(vector, parameters, filter, into);
  }

  @Override
  void start() {
    FusedEntries entries = index.entries();
    if (startCount >= entries.count()) {
      startEverywhere(entries);
      return;
    }
    // A list as long as the walk's would be filled by hundreds of far entries, each sorted in.
    starts.reset(startCount);
    for (int from = 0; from < entries.count(); from += FastScan.LANES) {
      int count = Math.min(FastScan.LANES, entries.count() - from);
      int near =
          estimate(
              entries.codes(), entries.shape(), 0, from, count, centreDistance, starts.limit());
      if (from == 0) {
        // The only one of which it is known that it reaches all nodes.
        offerAnyCandidate(estimates[0], entries.node(0));
      }
      for (; near != 0; near &= near - 1) {
        int i = Integer.numberOfTrailingZeros(near);
        starts.add(estimates[i], entries.node(from + i));
      }
    }
    for (int i = 0; i < starts.size(); i++) {
      offerAnyCandidate(starts.distance(i), starts.id(i));
    }
  }

  private void startEverywhere(FusedEntries entries) {
    for (int from = 0; from < entries.count(); from += FastScan.LANES) {
      int count = Math.min(FastScan.LANES, entries.count() - from);
      int near =
          estimate(entries.codes(), entries.shape(), 0, from, count, centreDistance, limit());
      for (; near != 0; near &= near - 1) {
        int i = Integer.numberOfTrailingZeros(near);
        offerAnyCandidate(estimates[i], entries.node(from + i));
      }
    }
  }

  @Override
  void expand(long at, int degree, float distance) {
    NeighbourCodes shape = shapes[degree];
    long codesAt = at + layout.codesAt();
    long neighboursAt = at + layout.neighboursAt(degree);
    float base = metric == DistanceMetric.COSINE ? 2 * distance : distance;
    for (int from = 0; from < degree; from += FastScan.LANES) {
      int count = Math.min(FastScan.LANES, degree - from);
      int near = estimate(nodes, shape, codesAt, from, count, base, limit());
      for (; near != 0; near &= near - 1) {
        int i = Integer.numberOfTrailingZeros(near);
        offerAnyCandidate(estimates[i], neighbour(neighboursAt, from + i));
      }
    }
  }

  /** Estimates a block; bit i of the answer says that the i-th of them is near enough. */
  private int estimate(
      MemorySegment codes,
      NeighbourCodes shape,
      long at,
      int from,
      int count,
      float base,
      float limit) {
    countEstimates(count);
    int near = query.estimate(codes, shape, at, from / FastScan.LANES, base, limit, estimates);
    return count == FastScan.LANES ? near : near & (1 << count) - 1;
  }

  @Override
  float hopelessRatio(float breadth) {
    // Squared distances err by a share of them that falls with the root of a code's bits.
    float excess = (float) Math.sqrt(breadth / rotated.length);
    return switch (metric) {
      case L2 -> 1 + excess;
      case COSINE -> 2 * (1 + excess);
      case DOT -> Float.POSITIVE_INFINITY;
    };
  }

  @Override
  float estimateOf(float distance) {
    return metric == DistanceMetric.COSINE ? 2 * distance : distance;
  }
}
