package io.akidb.diskann.graph;

import io.akidb.diskann.BitmapFilter;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.SearchStatistics;
import io.akidb.diskann.format.v1.NodeLayout;
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
final class GraphWalk {
  /**
   * What a step of a walk costs, in comparisons of a scan: a read at a random place, and a list of
   * codes.
   */
  private static final long STEP_COST = 8;

  private final DiskAnnIndex index;
  private final NodeLayout layout;
  private final MemorySegment nodes;
  private final MemorySegment codes;
  private final PqCodebook codebook;
  private final int subspaces;
  private final int size;
  private final PreparedQuery query;
  private final ExactScan scan;
  private final float[] table;
  private final CandidateList list = new CandidateList();
  private final VisitedSet visited = new VisitedSet();
  private final NearestList nearest = new NearestList();

  private int hops;
  private int quantizedDistances;
  private int fullDistances;

  GraphWalk(DiskAnnIndex index) {
    this.index = index;
    this.layout = index.layout();
    this.nodes = index.nodes();
    this.codes = index.codes();
    this.codebook = index.codebook();
    this.subspaces = codebook.subspaces();
    this.size = index.size();
    this.query = new PreparedQuery(index.schema(), layout, nodes);
    this.scan = new ExactScan(query, size);
    this.table = new float[subspaces * PqCodebook.CENTROIDS];
  }

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
    codebook.fillTable(query.vector(), table);
    long wanted = Math.min(parameters.k(), matches);
    while (true) {
      walk(listSize, parameters, filter);
      if (nearest.size() >= wanted || (!Float.isNaN(parameters.radius()) && isPast(parameters))) {
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
        && list.distance(list.size() - 1) > parameters.radius() + Math.abs(parameters.radius());
  }

  private void walk(int listSize, SearchParameters parameters, @Nullable NodeFilter filter) {
    list.reset(listSize);
    visited.clear();
    nearest.reset(parameters.k());
    int entry = index.parameters().entryNode();
    visited.add(entry);
    list.add(estimate(entry), entry);
    boolean compareNow = parameters.rerank() == 0;
    for (int node = list.expandNext(); node >= 0; node = list.expandNext()) {
      hops++;
      if (compareNow) {
        offer(node, parameters, filter);
      }
      expand(node);
    }
    for (int i = 0;
        !compareNow && i < Math.min(list.size(), Math.max(parameters.rerank(), parameters.k()));
        i++) {
      offer(list.id(i), parameters, filter);
    }
  }

  private void expand(int node) {
    long at = layout.offset(node);
    int degree = nodes.get(SegmentLayout.I32, at + layout.degreeAt());
    if (degree < 0 || degree > layout.maxDegree()) {
      throw ShardFile.corrupt("node " + node + " has " + degree + " neighbours");
    }
    long neighbours = at + layout.neighboursAt();
    for (int i = 0; i < degree; i++) {
      int neighbour = nodes.get(SegmentLayout.I32, neighbours + 4L * i);
      if (neighbour < 0 || neighbour >= size) {
        throw ShardFile.corrupt("node " + node + " has node " + neighbour + " as a neighbour");
      }
      if (visited.add(neighbour)) {
        list.add(estimate(neighbour), neighbour);
      }
    }
  }

  private float estimate(int node) {
    quantizedDistances++;
    return PqCodebook.estimate(table, codes, (long) node * subspaces, subspaces);
  }

  private void offer(int node, SearchParameters parameters, @Nullable NodeFilter filter) {
    float distance = query.distance(node);
    fullDistances++;
    if (nearest.wouldKeep(distance, node)
        && !(distance > parameters.radius())
        && (filter == null || filter.accepts(node))) {
      nearest.add(distance, node);
    }
  }
}
