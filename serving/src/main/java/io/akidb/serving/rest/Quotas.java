package io.akidb.serving.rest;

import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.collection.OpenCollection;
import io.akidb.serving.shard.BuiltIndex;
import io.akidb.serving.tenant.ManifestUsage;
import io.akidb.serving.tenant.Tenancy;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.quota.Reservation;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Refuses what a tenant's quotas do not allow, before it is done. What passes is reserved until the
 * reservation is closed. A refusal says how far the quota is used, but not to a caller from whom
 * rows are hidden: it would tell how many there are. Thread-safe.
 */
final class Quotas {
  private final Tenancy tenancy;

  Quotas(Tenancy tenancy) {
    this.tenancy = tenancy;
  }

  /**
   * One more collection.
   *
   * @throws QuotaExceededException if there is no room for it
   */
  Reservation forCollection(Call call) {
    TenantId tenant = call.tenant().tenantId();
    Integer max = call.tenant().quotas().maxCollections();
    return max == null
        ? Reservation.NONE
        : counted(call, () -> tenancy.usage().reserveCollection(tenant, max));
  }

  /**
   * A write whose body has not been read yet: refused if nothing at all would fit.
   *
   * @throws QuotaExceededException if the tenant's storage is full
   */
  void requireAnyRoom(Call call) {
    forBytes(call, 1).close();
  }

  /**
   * Rows to be upserted.
   *
   * @throws QuotaExceededException if there is no room for them
   */
  Reservation forRows(
      Call call, OpenCollection collection, CollectionView view, List<VectorRecord> rows) {
    Reservation bytes = forBytes(call, rows.stream().mapToLong(Quotas::bytesOf).sum());
    Long max = call.tenant().quotas().maxVectorsPerCollection();
    if (max == null) {
      return bytes;
    }
    try {
      long added = view.liveVectors() + rows.size() > max ? newOnes(view, rows) : rows.size();
      CollectionName name = view.manifest().name();
      Reservation vectors =
          counted(
              call,
              () ->
                  tenancy
                      .usage()
                      .reserveRows(
                          call.tenant().tenantId(),
                          name,
                          max,
                          () -> collection.view().liveVectors(),
                          added));
      return () -> {
        vectors.close();
        bytes.close();
      };
    } catch (RuntimeException e) {
      bytes.close();
      throw e;
    }
  }

  /**
   * Tombstones of ids that are not there, which take storage and memory as rows do; empty if there
   * is no room for them.
   */
  Optional<Reservation> forTombstones(Call call, Collection<String> ids) {
    Long max = call.tenant().quotas().maxStorageBytes();
    if (max == null) {
      return Optional.of(Reservation.NONE);
    }
    long bytes = ids.stream().mapToLong(String::length).sum();
    try {
      return Optional.of(
          tenancy.usage().reserveBytes(call.tenant().tenantId(), max, Math.max(1, bytes)));
    } catch (QuotaExceededException e) {
      return Optional.empty();
    }
  }

  /**
   * An index that is to be built. It takes the place of the collection's segments and former index,
   * so that one which makes the collection smaller may always be built: it is how a full tenant
   * frees what it deleted.
   *
   * @param bytesMin what it takes at least; what it takes indeed counts once it is there
   * @throws QuotaExceededException if there is less room
   */
  void requireRoomForIndex(Call call, Manifest head, long bytesMin) {
    long growth = bytesMin - ManifestUsage.bytesOf(head);
    if (growth > 0) {
      forBytes(call, growth).close();
    }
  }

  private Reservation forBytes(Call call, long bytes) {
    TenantId tenant = call.tenant().tenantId();
    Long max = call.tenant().quotas().maxStorageBytes();
    return max == null
        ? Reservation.NONE
        : counted(call, () -> tenancy.usage().reserveBytes(tenant, max, bytes));
  }

  private Reservation counted(Call call, Supplier<Reservation> reserve) {
    try {
      return reserve.get();
    } catch (QuotaExceededException e) {
      tenancy.metrics().quotaRefused(call.tenant().tenantId(), e.quota());
      throw call.isFiltered() ? withoutCounts(e.quota()) : e;
    }
  }

  private static QuotaExceededException withoutCounts(String quota) {
    return new QuotaExceededException(
        quota, quota + ": the quota has no room for this call; ask the operator for more");
  }

  /** A commit of this node. */
  void observe(TenantContext context, Manifest committed) {
    tenancy.usage().observe(context.tenant(), committed.name(), ManifestUsage.bytesOf(committed));
  }

  /** A drop by this node. */
  void dropped(TenantContext context, CollectionName collection) {
    tenancy.usage().forget(context.tenant(), collection);
  }

  // What the segment will hold at least; the manifest that is committed says it exactly.
  private static long bytesOf(VectorRecord row) {
    float[] vector = row.vector();
    byte[] payload = row.payload();
    return row.id().length()
        + (vector == null ? 0 : 4L * vector.length)
        + (payload == null ? 0 : payload.length);
  }

  private static long newOnes(CollectionView view, List<VectorRecord> rows) {
    Set<String> fresh = new HashSet<>();
    for (VectorRecord row : rows) {
      if (!exists(view, row.id())) {
        fresh.add(row.id());
      }
    }
    return fresh.size();
  }

  private static boolean exists(CollectionView view, String id) {
    var row = view.fresh().find(id);
    if (row != null) {
      return !row.isTombstone();
    }
    BuiltIndex index = view.index();
    return index != null && index.contains(id);
  }
}
