package io.akidb.diskann.graph;

import io.akidb.diskann.BitmapFilter;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.SearchStatistics;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.PageAdvice;
import io.akidb.diskann.format.v1.ShardFile;
import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.search.CandidateList;
import io.akidb.diskann.search.ExactScan;
import io.akidb.diskann.search.NearestList;
import io.akidb.diskann.search.PreparedQuery;
import io.akidb.diskann.search.VisitedSet;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Best-first search of a mapped graph (DiskANN, section 3.3): candidates are ordered by the
 * distances of their codes; a node's full vector lies beside its neighbours and is compared when
 * the node is expanded, at no further read. For one thread; owns all that a query needs.
 */
abstract class GraphWalk {
  /**
   * What a step of a walk costs, in comparisons of a scan: a read at a random place, and a list of
   * codes.
   */
  private static final long STEP_COST = 8;

  /** A step that took longer has waited for a disk; one that has not takes a few microseconds. */
  private static final long COLD_STEP_NANOS = 25_000;

  private final NodeLayout layout;
  private final MemorySegment nodes;
  private final int size;
  private final PreparedQuery query;
  private final ExactScan scan;
  private final CandidateList list = new CandidateList();
  private final VisitedSet visited = new VisitedSet();
  private final NearestList nearest = new NearestList();

  private int hops;
  private int quantizedDistances;
  private int fullDistances;
  private int accepted;

  GraphWalk(MappedIndex index) {
    this.layout = index.layout();
    this.nodes = index.nodes();
    this.size = index.size();
    this.query = new PreparedQuery(index.schema(), layout, nodes);
    this.scan = new ExactScan(query, size);
  }

  /**
   * Takes a query.
   *
   * @param vector padded, of unit length for cosine
   */
  abstract void prepare(float[] vector);

  /** Offers the nodes where walks begin, as {@link #offerCandidate}. */
  abstract void start();

  /**
   * Offers a node's neighbours.
   *
   * @param at where its record is
   * @param distance from the query
   */
  abstract void expand(long at, int degree, float distance);

  /** What an estimate is in the metric's distance. */
  abstract float distanceOf(float estimate);

  SearchResult search(float[] vector, SearchParameters parameters, @Nullable NodeFilter filter) {
    query.set(vector);
    hops = 0;
    quantizedDistances = 0;
    fullDistances = 0;
    int listSize =
        Math.min(Math.max(parameters.searchListSize(), parameters.k()), Math.max(1, size));
    long matches = filter instanceof BitmapFilter bitmap ? bitmap.nodes().getCardinality() : size;
    if (isScanCheaper(matches, listSize) || size == 0) {
      return scan.scan(parameters, filter, 0, 0);
    }
    // A filtered walk passes as many more nodes as there are nodes to a match.
    listSize = (int) Math.min(size, (long) listSize * size / matches);
    prepare(query.vector());
    long wanted = Math.min(parameters.k(), matches);
    // Of a filter that does not tell how many it accepts it shows on the way.
    int acceptedMin = filter == null || filter instanceof BitmapFilter ? 0 : listSize / 2;
    while (true) {
      walk(listSize, parameters, filter);
      if ((nearest.size() >= wanted && accepted >= acceptedMin)
          || (!Float.isNaN(parameters.radius()) && isPast(parameters))) {
        String strategy = filter == null ? "graph" : "filtered-graph";
        return nearest.toResult(
            new SearchStatistics(strategy, hops, quantizedDistances, fullDistances));
      }
      if (listSize >= size / STEP_COST) {
        return scan.scan(parameters, filter, hops, quantizedDistances);
      }
      listSize = (int) Math.min(size, 2L * listSize);
    }
  }

  /** Whether comparing all matches costs less than a walk that has to pass the other nodes. */
  private boolean isScanCheaper(long matches, long listSize) {
    return matches * matches <= STEP_COST * listSize * size || matches <= listSize;
  }

  /**
   * Whether the farthest candidate of the walk lies well beyond the radius: there is nothing more
   * to find.
   */
  private boolean isPast(SearchParameters parameters) {
    return list.size() > 0
        && distanceOf(list.distance(list.size() - 1))
            > parameters.radius() + Math.abs(parameters.radius());
  }

  private void walk(int listSize, SearchParameters parameters, @Nullable NodeFilter filter) {
    list.reset(listSize);
    visited.clear();
    nearest.reset(parameters.k());
    accepted = 0;
    start();
    // Fewer than all that were expanded, if so few are asked for.
    boolean comparesAll = parameters.rerank() == 0;
    boolean isCold = false;
    long began = System.nanoTime();
    for (int node = list.expandNext(); node >= 0; node = list.expandNext()) {
      hops++;
      if (isCold) {
        readAhead(node, parameters.beamWidth());
      }
      float distance = distance(node);
      if (comparesAll) {
        offer(node, distance, parameters, filter);
      }
      expand(node, distance);
      long ended = System.nanoTime();
      isCold |= ended - began > COLD_STEP_NANOS;
      began = ended;
    }
    int compared = comparesAll ? 0 : Math.max(parameters.rerank(), parameters.k());
    for (int i = 0; i < Math.min(list.size(), compared); i++) {
      offer(list.id(i), distance(list.id(i)), parameters, filter);
    }
  }

  /**
   * Asks for the records of a node and of the next best candidates, so that their pages come at
   * once rather than one after the other (DiskANN's beam, section 3.3).
   */
  private void readAhead(int node, int beamWidth) {
    PageAdvice.willNeed(nodes, layout.offset(node), layout.strideBytes());
    int place = list.nextUnexpanded(0);
    for (int i = 1; i < beamWidth && place >= 0; i++) {
      PageAdvice.willNeed(nodes, layout.offset(list.id(place)), layout.strideBytes());
      place = list.nextUnexpanded(place + 1);
    }
  }

  private float distance(int node) {
    fullDistances++;
    return query.distance(node);
  }

  private void expand(int node, float distance) {
    long at = layout.offset(node);
    int degree = nodes.get(SegmentLayout.I32, at + layout.degreeAt());
    if (degree < 0 || degree > layout.maxDegree()) {
      throw ShardFile.corrupt("node " + node + " has " + degree + " neighbours");
    }
    expand(at, degree, distance);
  }

  /** The i-th neighbour of the node whose record is at a place. */
  final int neighbour(long at, int i) {
    int neighbour = nodes.get(SegmentLayout.I32, at + layout.neighboursAt() + 4L * i);
    if (neighbour < 0 || neighbour >= size) {
      throw ShardFile.corrupt("a node has node " + neighbour + " as a neighbour");
    }
    return neighbour;
  }

  final boolean isNew(int node) {
    return visited.add(node);
  }

  /** A candidate whose estimate is not below this would not be looked at. */
  final float limit() {
    return list.limit();
  }

  /** Takes a candidate that is new. */
  final void offerCandidate(float estimate, int node) {
    list.add(estimate, node);
  }

  final void countEstimates(int count) {
    quantizedDistances += count;
  }

  private void offer(
      int node, float distance, SearchParameters parameters, @Nullable NodeFilter filter) {
    if (filter != null && !filter.accepts(node)) {
      return;
    }
    accepted++;
    if (!(distance > parameters.radius())) {
      nearest.add(distance, node);
    }
  }
}
