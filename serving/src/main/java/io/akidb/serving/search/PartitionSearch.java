package io.akidb.serving.search;

import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.fresh.FreshSnapshot;
import io.akidb.serving.shard.BuiltIndex;
import io.akidb.serving.shard.OpenShard;
import io.akidb.serving.shard.ShardLease;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * One query's search of single partitions; what the fresh tier replaces or deletes is left out.
 * Thread-safe.
 */
final class PartitionSearch {
  private static final int BEAM_WIDTH = 4;
  private static final int SPARE_MIN = 16;
  private static final int SPARE_DIVISOR = 4;

  private final BuiltIndex index;
  private final FreshSnapshot fresh;
  private final SearchQuery query;
  private final SearchTrace trace;

  PartitionSearch(BuiltIndex index, FreshSnapshot fresh, SearchQuery query, SearchTrace trace) {
    this.index = index;
    this.fresh = fresh;
    this.query = query;
    this.trace = trace;
  }

  List<Hit> search(int position) {
    query.deadline().check();
    try (ShardLease lease = index.acquire(position)) {
      OpenShard shard = lease.shard();
      Filter filter = query.filter();
      RoaringBitmap matches =
          filter == null ? null : shard.matches(filter, query.deadline()::check);
      int size = shard.index().size();
      int count = matches == null ? size : matches.getCardinality();
      trace.probed(size, count);
      if (count == 0) {
        return List.of();
      }
      // A few more than k are usually enough; only where more of the nearest are hidden are those
      // left out beforehand.
      long hidden = index.isResident() ? fresh.hiddenInIndex() : fresh.isEmpty() ? 0 : SPARE_MIN;
      int spare = (int) Math.min(hidden, Math.max(SPARE_MIN, query.k() / SPARE_DIVISOR));
      int asked = Math.min(Math.min(query.k() + spare, count), SearchParameters.K_MAX);
      SearchResult found =
          run(shard.index(), asked, matches == null ? null : NodeFilter.of(matches));
      List<Hit> hits = visible(position, shard.index(), found);
      if (hits.size() >= query.k() || found.size() < asked || asked == count) {
        return hits;
      }
      trace.widened();
      return searchWithoutHidden(position, shard, matches);
    }
  }

  private List<Hit> searchWithoutHidden(
      int position, OpenShard shard, @Nullable RoaringBitmap matches) {
    RoaringBitmap hidden = shard.hiddenBy(fresh);
    RoaringBitmap left =
        matches == null
            ? RoaringBitmap.flip(hidden, 0L, shard.index().size())
            : RoaringBitmap.andNot(matches, hidden);
    if (left.isEmpty()) {
      return List.of();
    }
    int asked = Math.min(query.k(), left.getCardinality());
    return visible(position, shard.index(), run(shard.index(), asked, NodeFilter.of(left)));
  }

  private SearchResult run(VectorIndex shard, int k, @Nullable NodeFilter filter) {
    RecallCalibration calibration = shard.calibration();
    int list =
        Math.clamp(query.effort().listSizeFor(calibration, k), 1, SearchParameters.LIST_SIZE_MAX);
    float radius = query.isRange() ? query.distanceMax() : Float.NaN;
    SearchResult result =
        shard.search(
            query.vector().vector(), new SearchParameters(k, list, BEAM_WIDTH, 0, radius), filter);
    trace.searched(result.statistics());
    trace.listed(list, query.effort().isListChosen(), calibration.isMeasured());
    return result;
  }

  private List<Hit> visible(int position, VectorIndex shard, SearchResult found) {
    boolean nothingHidden = fresh.isEmpty();
    List<Hit> hits = new ArrayList<>(Math.min(query.k(), found.size()));
    for (int i = 0; i < found.size() && hits.size() < query.k(); i++) {
      String id = shard.vectorId(found.nodeId(i));
      if (nothingHidden || fresh.find(id) == null) {
        hits.add(new Hit(id, found.distance(i), null, position, found.nodeId(i)));
      }
    }
    return hits;
  }
}
