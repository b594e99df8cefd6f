package io.akidb.serving.shard;

import io.akidb.diskann.VectorIndex;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.filter.ShardFilter;
import io.akidb.serving.fresh.FreshSnapshot;
import java.lang.ref.WeakReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * A mapped shard, and what was computed about it: it never changes, so the answers stay right.
 * Thread-safe while its lease is held.
 */
public final class OpenShard {
  /**
   * What a fresh tier replaces or deletes here.
   *
   * @param by held weakly: it holds all rows of its tier, which are not to outlive the collection's
   *     closing in a shard that stays. Who asks holds it, so that it is there when it matters.
   */
  record Hidden(WeakReference<FreshSnapshot> by, RoaringBitmap nodes) {}

  private final VectorIndex index;
  private final KnownMatches matches;
  private final long number;
  private volatile @Nullable Hidden hidden;
  private volatile int @Nullable [] nodesById;

  OpenShard(VectorIndex index, KnownMatches matches) {
    this.index = index;
    this.matches = matches;
    this.number = matches.newShard();
  }

  /** What {@link KnownMatches} knows it by. */
  long number() {
    return number;
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
    return matches.get(number, filter, pulse, () -> ShardFilter.evaluate(filter, index, pulse));
  }

  /** The nodes whose ids are replaced or deleted in a fresh tier. Not to be changed. */
  public RoaringBitmap hiddenBy(FreshSnapshot fresh) {
    Hidden known = hidden;
    if (known == null || !known.by().refersTo(fresh)) {
      RoaringBitmap nodes = new RoaringBitmap();
      fresh.forEachId(
          id -> {
            int node = index.nodeId(id);
            if (node >= 0) {
              nodes.add(node);
            }
          });
      known = new Hidden(new WeakReference<>(fresh), nodes);
      hidden = known;
    }
    return known.nodes();
  }

  /** What {@link #hiddenBy} found last. */
  @Nullable Hidden lastHidden() {
    return hidden;
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
