package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.catalog.CollectionPage;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.shard.BuiltIndex;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantQuotas;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Refuses what a tenant's quotas do not allow, by what the manifests say. Thread-safe. */
final class Quotas {
  private static final int COLLECTIONS_PAGE = 1000;
  private static final int TENANTS_CACHED_MAX = 10_000;
  private static final Duration STORAGE_TRUST = Duration.ofSeconds(2);

  private final Catalog catalog;
  private final LoadingCache<TenantContext, Long> storageBytes;

  Quotas(Catalog catalog) {
    this.catalog = catalog;
    this.storageBytes =
        Caffeine.newBuilder()
            .maximumSize(TENANTS_CACHED_MAX)
            .expireAfterWrite(STORAGE_TRUST)
            .build(this::bytesOf);
  }

  /** One more collection. */
  void requireRoomForCollection(TenantContext context, TenantQuotas quotas) {
    Integer max = quotas.maxCollections();
    if (max == null) {
      return;
    }
    long count = 0;
    String after = null;
    do {
      CollectionPage page = catalog.list(context, after, COLLECTIONS_PAGE);
      count += page.names().size();
      after = page.nextStartAfter();
    } while (after != null && count < max);
    if (count >= max) {
      throw ServingException.of(
          Reason.QUOTA_EXCEEDED, "the tenant may have " + max + " collections (max_collections)");
    }
  }

  /** Rows to be upserted. Two calls at once may pass the limit by what one of them brings. */
  void requireRoomForRows(
      TenantContext context, TenantQuotas quotas, CollectionView view, List<VectorRecord> rows) {
    Long vectorsMax = quotas.maxVectorsPerCollection();
    if (vectorsMax != null && view.liveVectors() + rows.size() > vectorsMax) {
      Set<String> fresh = new HashSet<>();
      for (VectorRecord row : rows) {
        if (!exists(view, row.id())) {
          fresh.add(row.id());
        }
      }
      if (view.liveVectors() + fresh.size() > vectorsMax) {
        throw ServingException.of(
            Reason.QUOTA_EXCEEDED,
            "a collection of the tenant may have "
                + vectorsMax
                + " vectors (max_vectors_per_collection)");
      }
    }
    Long bytesMax = quotas.maxStorageBytes();
    if (bytesMax != null && storageBytes.get(context) >= bytesMax) {
      throw ServingException.of(
          Reason.QUOTA_EXCEEDED, "the tenant may store " + bytesMax + " bytes (max_storage_bytes)");
    }
  }

  private static boolean exists(CollectionView view, String id) {
    var row = view.fresh().find(id);
    if (row != null) {
      return !row.isTombstone();
    }
    BuiltIndex index = view.index();
    return index != null && index.contains(id);
  }

  private long bytesOf(TenantContext context) {
    long bytes = 0;
    String after = null;
    do {
      CollectionPage page = catalog.list(context, after, COLLECTIONS_PAGE);
      for (CollectionName name : page.names()) {
        bytes += bytesOf(context, name);
      }
      after = page.nextStartAfter();
    } while (after != null);
    return bytes;
  }

  private long bytesOf(TenantContext context, CollectionName name) {
    try {
      Manifest head = catalog.open(context, name).head();
      IndexRef index = head.index();
      return head.freshBytes() + (index == null ? 0 : index.bytes());
    } catch (CollectionNotFoundException e) {
      return 0;
    }
  }
}
