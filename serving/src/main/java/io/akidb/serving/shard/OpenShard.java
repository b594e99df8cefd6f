package io.akidb.serving.shard;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.akidb.diskann.VectorIndex;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.filter.ShardFilter;
import io.akidb.serving.fresh.FreshSnapshot;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * A mapped shard, and what was computed about it: it never changes, so the answers stay right.
 * Thread-safe while its lease is held.
 */
public final class OpenShard {
  private static final long BITMAP_BYTES_MAX = 8 << 20;
  private static final int FILTER_BYTES = 512;

  private record Hidden(FreshSnapshot by, RoaringBitmap nodes) {}

  private final VectorIndex index;
  private final Cache<Filter, RoaringBitmap> bitmaps =
      Caffeine.newBuilder()
          .maximumWeight(BITMAP_BYTES_MAX)
          .<Filter, RoaringBitmap>weigher(
              (filter, bitmap) ->
                  FILTER_BYTES + (int) Math.min(1 << 30, bitmap.getLongSizeInBytes()))
          .build();
  private volatile @Nullable Hidden hidden;
  private volatile int @Nullable [] nodesById;

  OpenShard(VectorIndex index) {
    this.index = index;
  }

  /** The mapped file. */
  public VectorIndex index() {
    return index;
  }

  /** The nodes that match. Not to be changed. */
  public RoaringBitmap matches(Filter filter) {
    return matches(filter, () -> {});
  }

  /**
   * The nodes that match. Not to be changed.
   *
   * @param pulse run for each row that has to be read; ends the search by throwing
   */
  public RoaringBitmap matches(Filter filter, Runnable pulse) {
    return bitmaps.get(filter, asked -> ShardFilter.evaluate(asked, index, pulse));
  }

  /** The nodes whose ids are replaced or deleted in a fresh tier. Not to be changed. */
  public RoaringBitmap hiddenBy(FreshSnapshot fresh) {
    Hidden known = hidden;
    if (known == null || known.by() != fresh) {
      RoaringBitmap nodes = new RoaringBitmap();
      fresh.forEachId(
          id -> {
            int node = index.nodeId(id);
            if (node >= 0) {
              nodes.add(node);
            }
          });
      known = new Hidden(fresh, nodes);
      hidden = known;
    }
    return known.nodes();
  }

  /** Position of the first node, by ascending id, whose id is greater; {@code size} if none is. */
  public int firstAfter(String id) {
    int[] nodes = nodesById();
    int low = 0;
    int high = nodes.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (index.vectorId(nodes[middle]).compareTo(id) > 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** The nodes by ascending id, sorted at the first call. Not to be changed. */
  public int[] nodesById() {
    int[] known = nodesById;
    if (known == null) {
      record Named(String id, int node) {}

      known =
          IntStream.range(0, index.size())
              .mapToObj(node -> new Named(index.vectorId(node), node))
              .sorted(java.util.Comparator.comparing(Named::id))
              .mapToInt(Named::node)
              .toArray();
      nodesById = known;
    }
    return known;
  }
}
