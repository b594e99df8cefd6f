package io.akidb.diskann.search;

import io.akidb.diskann.BitmapFilter;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchBuffer;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.format.v1.NodeLayout;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.IntIteratorFlyweight;
import org.roaringbitmap.RoaringBitmap;

/** Compares a query with every node that a filter accepts. For one thread. */
public final class ExactScan {
  private static final RoaringBitmap NONE = new RoaringBitmap();

  private final PreparedQuery query;
  private final NodeLayout layout;
  private final int size;
  private final NearestList nearest = new NearestList();
  private final IntIteratorFlyweight matches = new IntIteratorFlyweight();
  private int compared;
  private int pages;
  private long page;

  public ExactScan(PreparedQuery query, NodeLayout layout, int size) {
    this.query = query;
    this.layout = layout;
    this.size = size;
  }

  public void search(
      float[] vector, SearchParameters parameters, @Nullable NodeFilter filter, SearchBuffer into) {
    into.clear();
    query.set(vector);
    scan(parameters, filter, into);
  }

  /** Scans for the query that was set before, and adds to what is counted. */
  public void scan(SearchParameters parameters, @Nullable NodeFilter filter, SearchBuffer into) {
    nearest.reset(Math.min(parameters.k(), Math.max(1, size)));
    compared = 0;
    pages = 0;
    page = -1;
    if (filter instanceof BitmapFilter bitmap) {
      matches.wrap(bitmap.nodes());
      while (matches.hasNext()) {
        int node = matches.next();
        if (node < 0 || node >= size) {
          break;
        }
        offer(node, parameters, null);
      }
      // Does not hold on to the filter.
      matches.wrap(NONE);
    } else {
      for (int node = 0; node < size; node++) {
        offer(node, parameters, filter);
      }
    }
    into.strategy(filter == null ? "scan" : "filtered-scan");
    into.count(0, 0, compared, pages, 0);
    nearest.toBuffer(into);
  }

  private void offer(int node, SearchParameters parameters, @Nullable NodeFilter filter) {
    float distance = query.distance(node);
    compared++;
    long last = layout.lastPage(node);
    pages += (int) (last - Math.max(page, layout.firstPage(node) - 1));
    page = last;
    if (nearest.wouldKeep(distance, node)
        && !(distance > parameters.radius())
        && (filter == null || filter.accepts(node))) {
      nearest.add(distance, node);
    }
  }
}
