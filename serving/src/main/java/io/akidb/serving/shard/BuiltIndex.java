package io.akidb.serving.shard;

import io.akidb.catalog.IndexRef;
import io.akidb.diskann.VectorIndex;
import io.akidb.serving.fresh.IndexedVersions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One build: its partitions, each mapped when somebody reads it, and the deletions that it carried
 * over. Immutable but for what the cache holds; safe for many threads at once. Needs no closing:
 * readers hold {@link ShardLease}s.
 */
public final class BuiltIndex implements IndexedVersions {
  private final IndexRef ref;
  private final List<ShardObject> shards;
  private final Router router;
  private final Map<String, Long> tombstoneOrders;
  private final ShardCache cache;

  BuiltIndex(
      IndexRef ref,
      List<ShardObject> shards,
      Router router,
      Map<String, Long> tombstoneOrders,
      ShardCache cache) {
    this.ref = ref;
    this.shards = List.copyOf(shards);
    this.router = router;
    this.tombstoneOrders = Map.copyOf(tombstoneOrders);
    this.cache = cache;
  }

  /** As the manifest lists it. */
  public IndexRef ref() {
    return ref;
  }

  /** How many partitions there are. */
  public int partitions() {
    return shards.size();
  }

  /**
   * Positions of all partitions, the most promising for a query first; to be given to {@link
   * #acquire}.
   */
  public int[] byNearness(float[] query) {
    return router.byNearness(query);
  }

  /** The shard of a partition, fetched if it is not here. The caller closes the lease. */
  public ShardLease acquire(int position) {
    return cache.acquire(shards.get(position));
  }

  /** Whether all shards fit on this node together, so that looking an id up costs no downloads. */
  public boolean isResident() {
    return ref.bytes() <= cache.bytesMax();
  }

  /** A vector by its id, or null. */
  public @Nullable StoredVector find(String id) {
    for (int i = 0; i < shards.size(); i++) {
      try (ShardLease lease = acquire(i)) {
        VectorIndex shard = lease.index();
        int node = shard.nodeId(id);
        if (node >= 0) {
          float[] vector = new float[shard.schema().dimension()];
          shard.vector(node, vector);
          return new StoredVector(id, shard.order(node), vector, shard.payload(node));
        }
      }
    }
    return null;
  }

  @Override
  public long maxOrder() {
    return ref.maxOrder();
  }

  @Override
  public long newestOrder(String id) {
    long newest = tombstoneOrders.getOrDefault(id, -1L);
    for (int i = 0; i < shards.size(); i++) {
      try (ShardLease lease = acquire(i)) {
        int node = lease.index().nodeId(id);
        if (node >= 0) {
          return Math.max(newest, lease.index().order(node));
        }
      }
    }
    return newest;
  }

  @Override
  public boolean contains(String id) {
    if (!isResident()) {
      return false;
    }
    for (int i = 0; i < shards.size(); i++) {
      try (ShardLease lease = acquire(i)) {
        if (lease.index().nodeId(id) >= 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Fetches the shards ahead of the first query, if they all fit. */
  void warm() {
    if (isResident()) {
      for (int i = 0; i < shards.size(); i++) {
        acquire(i).close();
      }
    }
  }
}
