package io.akidb.serving.search;

import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.filter.FilterMatcher;
import io.akidb.serving.fresh.FreshHit;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.shard.BuiltIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * The way of a query through one view of a collection: the fresh tier exactly, the partitions that
 * look most promising, then one list in which each id stands once with its newest version. Where a
 * filter, or deletions, leave fewer than k, the other partitions are asked too, so that fewer than
 * k are answered only when there are no more. Thread-safe.
 */
public final class Searcher {
  private final SearchHelpers helpers;
  private final NodeMetrics metrics;

  /**
   * Works with the given threads beside the caller's.
   *
   * @param helpers refuses work rather than queue it without bound; closed by its owner
   */
  public Searcher(ExecutorService helpers, int helperCount, NodeMetrics metrics) {
    this.helpers = new SearchHelpers(helpers, helperCount);
    this.metrics = metrics;
  }

  /**
   * Finds the nearest.
   *
   * @throws io.akidb.serving.problem.ServingException TOO_LARGE after the query's deadline
   */
  public SearchOutcome search(CollectionView view, SearchQuery query) {
    query.deadline().check();
    long start = System.nanoTime();
    SearchTrace trace = new SearchTrace();
    List<Hit> hits = searchFresh(view, query, trace);
    BuiltIndex index = view.index();
    if (index != null) {
      hits = searchIndex(index, view, query, hits, trace);
    }
    trace.total(System.nanoTime() - start);
    metrics.search(trace.probed(), trace.totalNanos());
    return new SearchOutcome(hits, trace);
  }

  private static List<Hit> searchFresh(CollectionView view, SearchQuery query, SearchTrace trace) {
    long start = System.nanoTime();
    Filter filter = query.filter();
    List<FreshHit> found =
        view.fresh()
            .nearest(
                query.vector(),
                query.k(),
                query.distanceMax(),
                row -> {
                  query.deadline().check();
                  return filter == null || FilterMatcher.matches(filter, row);
                });
    trace.fresh(view.fresh().scannedVectors(), System.nanoTime() - start);
    List<Hit> hits = new ArrayList<>(found.size());
    for (FreshHit hit : found) {
      hits.add(new Hit(hit.row().id(), hit.distance(), hit.row(), -1, -1));
    }
    return hits;
  }

  private List<Hit> searchIndex(
      BuiltIndex index,
      CollectionView view,
      SearchQuery query,
      List<Hit> fresh,
      SearchTrace trace) {
    long start = System.nanoTime();
    trace.partitions(index.partitions());
    int[] order = index.byNearness(query.vector().vector());
    PartitionSearch partition = new PartitionSearch(index, view.fresh(), query, trace);
    List<Hit> best = fresh;
    int done = 0;
    int next = query.isRange() ? order.length : query.effort().partitionsOf(order.length);
    while (done < order.length && (done == 0 || best.size() < query.k())) {
      List<Hit> all = new ArrayList<>(best);
      all.addAll(searchAll(partition, Arrays.copyOfRange(order, done, next)));
      best = merge(all, query.k());
      done = next;
      next = Math.min(order.length, 2 * next);
    }
    trace.shards(System.nanoTime() - start);
    return best;
  }

  private List<Hit> searchAll(PartitionSearch search, int[] positions) {
    return helpers.inGroups(positions.length, position -> search.search(positions[position]));
  }

  /** The k nearest; of an id that lies in two overlapping partitions one. */
  static List<Hit> merge(List<Hit> hits, int k) {
    hits.sort(Hit.NEAREST_FIRST);
    Set<String> seen = new HashSet<>();
    List<Hit> best = new ArrayList<>(Math.min(k, hits.size()));
    for (Hit hit : hits) {
      if (best.size() == k) {
        break;
      }
      if (seen.add(hit.id())) {
        best.add(hit);
      }
    }
    return best;
  }
}
