package io.akidb.serving.shard;

import io.akidb.catalog.IndexDescriptor;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentReader;
import io.akidb.catalog.ShardRef;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.PartitionRouter;
import io.akidb.diskann.ShardFormatException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantNamespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a published build ready to be searched. Thread-safe. */
public final class IndexReader {
  // 65,536 centroids of 4,096 numbers would be one GiB; no build here makes a tenth of that.
  private static final int ROUTER_BYTES_MAX = 256 << 20;

  private final ObjectStore store;
  private final ShardCache cache;

  /** Reads from the bucket, and keeps shards in the cache. */
  public IndexReader(ObjectStore store, ShardCache cache) {
    this.store = store;
    this.cache = cache;
  }

  /**
   * The index of a manifest that has one, its shards fetched ahead if they all fit into the cache.
   */
  public BuiltIndex read(VectorCollection collection, Manifest manifest) {
    IndexRef ref = manifest.index();
    IndexDescriptor descriptor =
        collection
            .index(manifest)
            .orElseThrow(
                () ->
                    ServingException.of(
                        Reason.UNAVAILABLE, "the list of the index's shards is missing"));
    if (ref == null) {
      throw new IllegalArgumentException("the manifest has no index");
    }
    TenantNamespace keys = collection.context().namespace();
    List<ShardObject> shards = new ArrayList<>();
    Map<Integer, Integer> positions = new HashMap<>();
    for (ShardRef shard : descriptor.shards()) {
      if (shard.rows() > 0) {
        positions.put(shard.partition(), shards.size());
        shards.add(
            ShardObject.of(
                collection.context().tenant(),
                keys.shardKey(collection.name(), descriptor.buildId(), shard.partition()),
                shard.bytes(),
                shard.crc32c(),
                ref.type()));
      }
    }
    BuiltIndex index =
        new BuiltIndex(
            ref,
            shards,
            router(keys.routerKey(collection.name(), descriptor.buildId()), positions),
            tombstones(collection, manifest, ref),
            cache);
    index.warm();
    return index;
  }

  private Router router(String key, Map<Integer, Integer> positions) {
    if (positions.size() <= 1) {
      int[] all = positions.values().stream().mapToInt(Integer::intValue).toArray();
      return query -> all.clone();
    }
    try {
      PartitionRouter router = PartitionRouter.fromBytes(store.get(key, ROUTER_BYTES_MAX).bytes());
      return query -> {
        int[] order = new int[positions.size()];
        int found = 0;
        for (int partition : router.nearest(query, router.partitions())) {
          Integer position = positions.get(partition);
          if (position != null) {
            order[found++] = position;
          }
        }
        return order;
      };
    } catch (ShardFormatException e) {
      throw ServingException.of(Reason.UNAVAILABLE, "the index's centroids cannot be read", e);
    }
  }

  private static Map<String, Long> tombstones(
      VectorCollection collection, Manifest manifest, IndexRef ref) {
    if (ref.tombstones() == 0) {
      return Map.of();
    }
    Map<String, Long> orders = new HashMap<>();
    Optional<SegmentReader> tombstones = collection.readTombstones(manifest);
    if (tombstones.isPresent()) {
      try (SegmentReader reader = tombstones.get()) {
        while (reader.hasNext()) {
          VectorRecord row = reader.next();
          orders.merge(row.id(), row.order(), Math::max);
        }
      }
    }
    return orders;
  }
}
