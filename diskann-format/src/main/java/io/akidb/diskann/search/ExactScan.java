package io.akidb.diskann.search;

import io.akidb.diskann.BitmapFilter;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.SearchStatistics;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;

/** Compares a query with every node that a filter accepts. For one thread. */
public final class ExactScan {
  private final PreparedQuery query;
  private final int size;
  private final NearestList nearest = new NearestList();
  private int compared;

  public ExactScan(PreparedQuery query, int size) {
    this.query = query;
    this.size = size;
  }

  public SearchResult search(
      float[] vector, SearchParameters parameters, @Nullable NodeFilter filter) {
    query.set(vector);
    return scan(parameters, filter, 0, 0);
  }

  /** Scans for the query that was set before. */
  public SearchResult scan(
      SearchParameters parameters, @Nullable NodeFilter filter, int hops, int quantized) {
    nearest.reset(Math.min(parameters.k(), Math.max(1, size)));
    compared = 0;
    if (filter instanceof BitmapFilter bitmap) {
      PeekableIntIterator matches = bitmap.nodes().getIntIterator();
      while (matches.hasNext()) {
        int node = matches.next();
        if (node < 0 || node >= size) {
          break;
        }
        offer(node, parameters, null);
      }
    } else {
      for (int node = 0; node < size; node++) {
        offer(node, parameters, filter);
      }
    }
    String strategy = filter == null ? "scan" : "filtered-scan";
    return nearest.toResult(new SearchStatistics(strategy, hops, quantized, compared));
  }

  private void offer(int node, SearchParameters parameters, @Nullable NodeFilter filter) {
    float distance = query.distance(node);
    compared++;
    if (nearest.wouldKeep(distance, node)
        && !(distance > parameters.radius())
        && (filter == null || filter.accepts(node))) {
      nearest.add(distance, node);
    }
  }
}
