package io.akidb.serving.shard;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.filter.FilterSize;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which nodes of which shard match which filter, as far as it was found out and fits: one bound for
 * all shards of a node, since each of many would be none. What is asked for at once is found out
 * once. Thread-safe.
 */
final class KnownMatches {
  /** A filter that takes more is found out anew each time. */
  static final int FILTER_BYTES_MAX = 16 << 10;

  private static final int HEAP_DIVISOR = 32;
  // What an entry takes besides its filter and its bitmap's content.
  private static final int ENTRY_BYTES = 512;

  // By number: the shard itself would be held when it is closed.
  private record Key(long shard, Filter filter) {}

  private final AtomicLong shards = new AtomicLong();
  private final AsyncCache<Key, RoaringBitmap> bitmaps;

  /** Takes this many bytes at most. */
  KnownMatches(long bytesMax) {
    bitmaps =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .<Key, RoaringBitmap>weigher((key, bitmap) -> weight(key.filter(), bitmap))
            .executor(Runnable::run)
            .buildAsync();
  }

  /** With a bound that suits the heap. */
  static KnownMatches ofHeap() {
    return new KnownMatches(Runtime.getRuntime().maxMemory() / HEAP_DIVISOR);
  }

  private static int weight(Filter filter, RoaringBitmap bitmap) {
    long bytes = ENTRY_BYTES + FilterSize.bytesOf(filter) + bitmap.getLongSizeInBytes();
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }

  /** A number that no other shard has. */
  long newShard() {
    return shards.incrementAndGet();
  }

  /**
   * The nodes of a shard that match.
   *
   * @param pulse ends the wait for another's evaluation that failed, by throwing
   * @param evaluation finds them, in a bitmap of its own; run on this thread, if at all
   */
  RoaringBitmap get(long shard, Filter filter, Runnable pulse, Supplier<RoaringBitmap> evaluation) {
    if (FilterSize.bytesOf(filter) > FILTER_BYTES_MAX) {
      return evaluation.get();
    }
    Key key = new Key(shard, filter);
    while (true) {
      CompletableFuture<RoaringBitmap> mine = new CompletableFuture<>();
      CompletableFuture<RoaringBitmap> known = bitmaps.asMap().putIfAbsent(key, mine);
      if (known == null) {
        return evaluate(key, mine, evaluation);
      }
      try {
        return known.join();
      } catch (CancellationException e) {
        // The other's search ended before its evaluation did, which says nothing of this one.
        pulse.run();
      }
    }
  }

  private RoaringBitmap evaluate(
      Key key, CompletableFuture<RoaringBitmap> into, Supplier<RoaringBitmap> evaluation) {
    try {
      RoaringBitmap nodes = evaluation.get();
      nodes.trim();
      into.complete(nodes);
      return nodes;
    } finally {
      if (!into.isDone()) {
        bitmaps.asMap().remove(key, into);
        into.cancel(false);
      }
    }
  }

  /** Drops what is known of shards that are closed. */
  void forget(Set<Long> closed) {
    bitmaps.asMap().keySet().removeIf(key -> closed.contains(key.shard()));
  }

  /** How many answers it holds. */
  long size() {
    bitmaps.synchronous().cleanUp();
    return bitmaps.synchronous().estimatedSize();
  }
}
