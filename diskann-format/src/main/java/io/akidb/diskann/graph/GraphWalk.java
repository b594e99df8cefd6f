package io.akidb.diskann.graph;

import io.akidb.diskann.BitmapFilter;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchBuffer;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.ShardFile;
import io.akidb.diskann.search.CandidateList;
import io.akidb.diskann.search.EstimateMap;
import io.akidb.diskann.search.ExactScan;
import io.akidb.diskann.search.NearestList;
import io.akidb.diskann.search.PreparedQuery;
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

  /**
   * How long the list of nodes that do not match is, in lists of matches, where all match; it grows
   * with the root of the nodes to a match.
   */
  private static final double OTHERS = 0.3;

  /**
   * Where fewer match than this share, edges from match to match become rare, and the list has to
   * be longer by as much for the same recall.
   */
  private static final double COMMON = 0.2;

  /** So many nodes tell how many a filter accepts. */
  private static final int SAMPLE = 64;

  /** So many of an expanded node's neighbours do. */
  private static final int SAMPLE_OF_NODE = 8;

  /** By so much matches have to be rarer around the query than elsewhere to count as far. */
  private static final int SPARSE = 3;

  private final NodeLayout layout;
  private final MemorySegment nodes;
  private final int size;
  private final PreparedQuery query;
  private final BlockReads reads;
  private final ExactScan scan;
  private final CandidateList list = new CandidateList();
  private final CandidateList matching = new CandidateList();
  private final EstimateMap known = new EstimateMap();
  private final NearestList nearest = new NearestList();

  private int hops;
  private int quantizedDistances;
  private int fullDistances;
  private int pages;
  private int reranks;
  private int sampled;
  private int sampledMatches;
  private @Nullable NodeFilter walkFilter;

  /**
   * For an index.
   *
   * @param waitNanos a step that takes longer may have waited for a disk; less than 0 if all have
   */
  GraphWalk(MappedIndex index, long waitNanos) {
    this.layout = index.layout();
    this.nodes = index.nodes();
    this.size = index.size();
    this.query = new PreparedQuery(index.schema(), layout, nodes);
    this.scan = new ExactScan(query, layout, size);
    this.reads = new BlockReads(layout, nodes, size, waitNanos);
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
   * @param at where its list is
   * @param distance from the query
   */
  abstract void expand(long at, int degree, float distance);

  /**
   * By how much an estimate has to be larger than a distance for the vector to be hardly nearer
   * than that; infinity if estimates do not tell.
   *
   * @param breadth of the search: how many candidates it keeps for each that is asked for
   */
  abstract float hopelessRatio(float breadth);

  /** What the metric's distance is as an estimate. */
  abstract float estimateOf(float distance);

  void search(
      float[] vector, SearchParameters parameters, @Nullable NodeFilter filter, SearchBuffer into) {
    into.clear();
    query.set(vector);
    hops = 0;
    quantizedDistances = 0;
    fullDistances = 0;
    pages = 0;
    reranks = 0;
    int listSize =
        Math.min(Math.max(parameters.searchListSize(), parameters.k()), Math.max(1, size));
    long matches = filter instanceof BitmapFilter bitmap ? bitmap.nodes().getCardinality() : size;
    if (size == 0 || matches <= listSize) {
      scan.scan(parameters, filter, into);
      return;
    }
    boolean isFound =
        filter == null
            ? walksAll(listSize, parameters)
            : walksMatches(listSize, matches, parameters, filter);
    into.count(hops, quantizedDistances, fullDistances, pages, reranks);
    if (isFound) {
      into.strategy(filter == null ? "graph" : "filtered-graph");
      nearest.toBuffer(into);
    } else {
      scan.scan(parameters, filter, into);
    }
  }

  /** Whether walks found what there is; else a scan has to. */
  private boolean walksAll(int listSize, SearchParameters parameters) {
    if (size <= STEP_COST * listSize) {
      return false;
    }
    prepare(query.vector());
    while (true) {
      walk(listSize, parameters);
      if (nearest.size() >= parameters.k() || isPast(list, parameters)) {
        return true;
      }
      if (listSize >= size / STEP_COST) {
        return false;
      }
      listSize = (int) Math.min(size, 2L * listSize);
    }
  }

  /** As {@link #walksAll}, where a filter is. */
  private boolean walksMatches(
      int asked, long matches, SearchParameters parameters, NodeFilter filter) {
    double share = filter instanceof BitmapFilter ? (double) matches / size : shareOf(filter);
    // Of a filter that does not tell, a scan asks for each node.
    long scanned = filter instanceof BitmapFilter ? matches : size;
    int listSize = (int) Math.min(size, Math.ceil(asked * Math.max(1, COMMON / share)));
    prepare(query.vector());
    while (true) {
      int others = Math.clamp(Math.round(listSize * OTHERS / Math.sqrt(share)), 1, size);
      if (scanned <= STEP_COST * (listSize + (long) others)) {
        return false;
      }
      if (filter instanceof BitmapFilter bitmap) {
        bitmap.expand(size);
      }
      walkMatches(listSize, others, parameters, filter);
      if (!isFarFromMatches(share)
          && (nearest.size() >= Math.min(parameters.k(), matches)
              || isPast(matching, parameters))) {
        return true;
      }
      listSize = (int) Math.min(size, 4L * listSize);
    }
  }

  /** The share of all nodes that a filter accepts, by a sample that is never without one. */
  private double shareOf(NodeFilter filter) {
    int acceptedSample = 1;
    for (int i = 0; i < SAMPLE; i++) {
      acceptedSample += filter.accepts((int) ((long) i * size / SAMPLE)) ? 1 : 0;
    }
    return acceptedSample / (SAMPLE + 1.0);
  }

  /**
   * Whether the query's neighbourhood has far fewer matches than all nodes do: what a short walk
   * finds from there on is not to be trusted.
   */
  private boolean isFarFromMatches(double share) {
    return SPARSE * sampledMatches < share * sampled;
  }

  /**
   * Whether the farthest candidate of the walk lies well beyond the radius: there is nothing more
   * to find.
   */
  private boolean isPast(CandidateList candidates, SearchParameters parameters) {
    return candidates.size() > 0
        && !Float.isNaN(parameters.radius())
        && candidates.distance(candidates.size() - 1)
            > estimateOf(parameters.radius() + Math.abs(parameters.radius()));
  }

  /**
   * Expands the best candidates until none is left, or the best that is left is farther, by more
   * than its estimate may err, than the k nearest that were found (Al-Jazzazi et al.,
   * Distance-Adaptive Beam Search for Provably Accurate Graph-Based Nearest Neighbor Search, 2025;
   * here the factor follows from what a code can tell and from how much the caller wants looked
   * at). So a list is long for queries that need it, and others end early.
   */
  private void walk(int listSize, SearchParameters parameters) {
    walkFilter = null;
    int rerankedBefore = reranks;
    float hopeless = hopelessRatio((float) listSize / parameters.k());
    boolean mayEnd = Float.isNaN(parameters.radius()) && hopeless < Float.POSITIVE_INFINITY;
    reset(mayEnd ? (int) Math.min(size, listSize + listSize / 2L) : listSize, parameters);
    for (int node = list.expandNext(); node >= 0; node = list.expandNext()) {
      if (mayEnd && nearest.isFull() && list.expandedDistance() > hopeless * nearest.farthest()) {
        break;
      }
      if (reads.isOn()) {
        if (isExpanded(node)) {
          continue;
        }
        readAhead(list, node, parameters.beamWidth());
      }
      hops++;
      float distance = distance(node);
      offer(node, distance, parameters);
      expand(node, distance);
      if (reads.isOn()) {
        expandBlock(node, parameters);
      }
      reads.step();
    }
    if (parameters.rerank() > 0) {
      // Fewer than all that were expanded, if so few are asked for.
      nearest.reset(parameters.k());
      reranks = rerankedBefore;
      compareBest(list, parameters);
    }
  }

  /**
   * Walks with two lists: matches are candidates of one, other nodes of a shorter one, which only
   * has to lead to matches. All matches that neighbour an expanded node are found, so that far
   * fewer steps are needed than to expand every nearer node that does not match (the walk of ACORN,
   * Patel et al., SIGMOD 2024, keeps to matches, too; here the other list bridges the gaps between
   * them).
   */
  private void walkMatches(
      int listSize, int others, SearchParameters parameters, NodeFilter filter) {
    walkFilter = filter;
    matching.reset(listSize);
    sampled = 0;
    sampledMatches = 0;
    reset(others, parameters);
    boolean comparesAll = parameters.rerank() == 0;
    while (true) {
      int other = list.nextUnexpanded(0);
      int match = matching.nextUnexpanded(0);
      if (other < 0 && match < 0) {
        break;
      }
      boolean isMatch =
          other < 0 || (match >= 0 && matching.distance(match) <= list.distance(other));
      CandidateList from = isMatch ? matching : list;
      int node = from.expandNext();
      if (reads.isOn()) {
        if (isExpanded(node)) {
          continue;
        }
        readAhead(from, node, parameters.beamWidth());
      }
      hops++;
      float distance = distance(node);
      if (isMatch && comparesAll) {
        offer(node, distance, parameters);
      }
      if (!isMatch) {
        sample(node, filter);
      }
      expand(node, distance);
      if (reads.isOn()) {
        expandBlock(node, parameters);
      }
      reads.step();
    }
    if (!comparesAll) {
      compareBest(matching, parameters);
    }
  }

  private void reset(int listSize, SearchParameters parameters) {
    list.reset(listSize);
    known.clear();
    nearest.reset(parameters.k());
    start();
    reads.begin();
  }

  private void compareBest(CandidateList candidates, SearchParameters parameters) {
    int compared = Math.min(candidates.size(), Math.max(parameters.rerank(), parameters.k()));
    for (int i = 0; i < compared; i++) {
      offer(candidates.id(i), distance(candidates.id(i)), parameters);
    }
  }

  /** Asks a few neighbours of a node, near or not, whether they match. */
  private void sample(int node, NodeFilter filter) {
    int degree = layout.degree(nodes, node);
    requireDegree(node, degree);
    long at = layout.listAt(nodes, node, degree) + layout.neighboursAt(degree);
    int count = Math.min(SAMPLE_OF_NODE, degree);
    for (int i = 0; i < count; i++) {
      sampled++;
      sampledMatches += filter.accepts(neighbour(at, i)) ? 1 : 0;
    }
  }

  /** Whether a candidate was expanded before it came to its turn. */
  private boolean isExpanded(int node) {
    return known.estimate(known.place(node)) == EstimateMap.CLOSED;
  }

  /**
   * Asks for the blocks of a node and of the next best candidates, so that they come at once rather
   * than one after the other (DiskANN's beam, section 3.3).
   */
  private void readAhead(CandidateList from, int node, int beamWidth) {
    reads.ask(node);
    int others = 1;
    for (int place = from.nextUnexpanded(0);
        others < beamWidth && place >= 0;
        place = from.nextUnexpanded(place + 1)) {
      // A block that was read has expanded others before they come to their turn.
      if (!isExpanded(from.id(place))) {
        reads.ask(from.id(place));
        others++;
      }
    }
  }

  /**
   * Expands what a node's block holds besides it: what is near enough for a place in the list is
   * worth it, since the next read takes longer than all of them.
   */
  private void expandBlock(int node, SearchParameters parameters) {
    // A search that compares the best of its list only wants no others.
    if (parameters.rerank() > 0 || !reads.isNew(node)) {
      return;
    }
    int end = reads.end(node);
    for (int other = reads.first(node); other < end; other++) {
      if (!isExpanded(other)) {
        float distance = distance(other);
        CandidateList into = candidates(other);
        if (into.wouldKeep(estimateOf(distance))) {
          hops++;
          if (walkFilter == null || into == matching) {
            offer(other, distance, parameters);
          }
          expand(other, distance);
        }
      }
    }
  }

  private float distance(int node) {
    fullDistances++;
    return query.distance(node);
  }

  private void expand(int node, float distance) {
    int degree = layout.degree(nodes, node);
    requireDegree(node, degree);
    known.set(known.place(node), EstimateMap.CLOSED);
    pages += (int) (layout.lastPage(node) - layout.firstPage(node)) + 1;
    expand(layout.listAt(nodes, node, degree), degree, distance);
  }

  private void requireDegree(int node, int degree) {
    if (degree < 0 || degree > layout.maxDegree()) {
      throw ShardFile.corrupt("node " + node + " has " + degree + " neighbours");
    }
  }

  /** The i-th of the neighbours that begin at a place. */
  final int neighbour(long at, int i) {
    int neighbour = layout.neighbour(nodes, at, i);
    if (neighbour < 0 || neighbour >= size) {
      throw ShardFile.corrupt("a node has node " + neighbour + " as a neighbour");
    }
    return neighbour;
  }

  /** Whether a node is met for the first time. */
  final boolean isNew(int node) {
    int place = known.place(node);
    boolean isNew = Float.isNaN(known.estimate(place));
    if (isNew) {
      known.set(place, EstimateMap.MET);
    }
    return isNew;
  }

  /** A candidate whose estimate is not below this would not be looked at. */
  final float limit() {
    return walkFilter == null ? list.limit() : Math.max(list.limit(), matching.limit());
  }

  /** Takes a candidate that is new. */
  final void offerCandidate(float estimate, int node) {
    candidates(node).add(estimate, node);
  }

  /**
   * Takes a candidate that may have been offered before, by another of its neighbours: codes err
   * independently of each other there, so that the mean of estimates errs less than each.
   */
  final void offerAnyCandidate(float estimate, int node) {
    float finite = finite(estimate);
    int place = known.place(node);
    float before = known.estimate(place);
    if (Float.isNaN(before)) {
      known.set(place, finite);
      candidates(node).add(finite, node);
    } else if (before != EstimateMap.CLOSED) {
      float mean = before / 2 + finite / 2;
      known.set(place, mean);
      candidates(node).move(before, mean, node);
    }
  }

  /** Products of huge components are infinite, or no number: as far, or as near, as can be. */
  private static float finite(float estimate) {
    return Float.isNaN(estimate)
        ? Float.MAX_VALUE
        : Math.clamp(estimate, -Float.MAX_VALUE, Float.MAX_VALUE);
  }

  private CandidateList candidates(int node) {
    return walkFilter != null && walkFilter.accepts(node) ? matching : list;
  }

  final void countEstimates(int count) {
    quantizedDistances += count;
  }

  private void offer(int node, float distance, SearchParameters parameters) {
    reranks++;
    if (!(distance > parameters.radius())) {
      nearest.add(distance, node);
    }
  }
}
