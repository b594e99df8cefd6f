package io.akidb.ingest;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreAccessDeniedException;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds a checkpoint to the tenant's quotas before it is taken, so that what it decides is part of
 * the checkpoint: a restart repeats the decision rather than decides anew.
 *
 * <p>Counts by manifests, without reading rows: a row that replaces another counts beside it until
 * a build has merged them. Deletes are never held back. For one thread.
 */
final class QuotaGate {
  private static final Logger LOG = System.getLogger(QuotaGate.class.getName());

  private final Target target;
  private final VectorCollection collection;
  private final TenantRegistry tenants;
  private final TenantBytes bytes;
  private final OverQuota overQuota;
  private boolean isOver;

  /**
   * For the collection that the job writes into.
   *
   * @param scratch where segments are kept before they are uploaded
   */
  QuotaGate(
      ObjectStore store, VectorCollection collection, Target target, Path scratch, Clock clock) {
    this.target = target;
    this.collection = collection;
    this.tenants = new TenantRegistry(store, clock);
    this.bytes = new TenantBytes(new Catalog(store, clock), collection, clock);
    this.overQuota = new OverQuota(store, collection, target, scratch);
  }

  /** The quotas of a tenant; none if it has no descriptor. */
  static TenantQuotas quotas(TenantRegistry tenants, TenantContext context) {
    try {
      return tenants
          .findAny(context.tenant())
          .map(found -> found.tenant().quotas())
          .orElse(TenantQuotas.UNLIMITED);
    } catch (StoreAccessDeniedException e) {
      throw new JobHaltedException(
          "these credentials may not read what quotas the tenant has; `akidb sync-policies` grants it",
          e);
    }
  }

  /**
   * What of a checkpoint may be committed, the rest being dead letters of it.
   *
   * @param current staged for it
   * @param pending of earlier checkpoints, not committed yet
   */
  List<StagedCheckpoint> admit(
      List<StagedCheckpoint> current, Collection<? extends List<StagedCheckpoint>> pending) {
    TenantQuotas quotas = quotas(tenants, collection.context());
    Long maxVectors = quotas.maxVectorsPerCollection();
    Long maxBytes = quotas.maxStorageBytes();
    if (maxVectors == null && maxBytes == null) {
      return current;
    }
    List<StagedSegment> waiting = new ArrayList<>();
    pending.forEach(all -> all.forEach(staged -> waiting.addAll(staged.segments())));
    List<StagedSegment> added = new ArrayList<>();
    current.forEach(staged -> added.addAll(staged.segments()));
    if (upserts(added) == 0) {
      return current;
    }
    Manifest head = collection.head();
    Room room =
        new Room(
            maxVectors,
            maxVectors == null ? 0 : maxVectors - vectors(head, maxVectors, waiting, added),
            maxBytes,
            maxBytes == null ? 0 : maxBytes - bytes.used(head) - bytesOf(waiting));
    Optional<String> reason = room.refusal(upserts(added), bytesOf(added), target.collection());
    tell(reason.orElse(null));
    return reason.map(text -> overQuota.split(current, room, text)).orElse(current);
  }

  private void tell(@Nullable String reason) {
    if (reason != null && !isOver) {
      LOG.log(Level.WARNING, "rows become dead letters: {0}", reason);
    } else if (reason == null && isOver) {
      LOG.log(Level.INFO, "there is room within the quotas again");
    }
    isOver = reason != null;
  }

  /** At most so many vectors live, as far as manifests tell. */
  private long vectors(
      Manifest head, long max, List<StagedSegment> waiting, List<StagedSegment> added) {
    IndexRef index = head.index();
    long built = index == null ? 0 : index.rows();
    long known = built + upserts(waiting);
    if (known + head.freshRows() + upserts(added) <= max) {
      return known + head.freshRows();
    }
    // Near the quota it is worth telling deletes from upserts, which takes the segments' list.
    return known + upserts(collection.segments(head).stream().map(SegmentRef::segment).toList());
  }

  private static long upserts(List<StagedSegment> segments) {
    return segments.stream().mapToLong(OverQuota::upserts).sum();
  }

  private static long bytesOf(List<StagedSegment> segments) {
    return segments.stream().mapToLong(StagedSegment::bytes).sum();
  }

  /**
   * What still fits.
   *
   * @param maxVectors the quota, or null
   * @param vectors that fit; may be negative; 0 without a quota
   * @param maxBytes the quota, or null
   * @param bytes that fit; may be negative; 0 without a quota
   */
  record Room(@Nullable Long maxVectors, long vectors, @Nullable Long maxBytes, long bytes) {
    /** Why not everything fits; empty if it does. */
    Optional<String> refusal(long addedVectors, long addedBytes, String collection) {
      if (maxVectors != null && addedVectors > vectors) {
        return Optional.of(
            "quota_exceeded: collection %s may have %d vectors (max_vectors_per_collection), replaced ones counting until the next build; delete some and build, or ask the operator for more"
                .formatted(collection, maxVectors));
      }
      if (maxBytes != null && addedBytes > bytes) {
        return Optional.of(
            "quota_exceeded: the tenant may use %d bytes (max_storage_bytes); delete some and build, or ask the operator for more"
                .formatted(maxBytes));
      }
      return Optional.empty();
    }

    /** Rows of a segment that fit. */
    long rowsOf(long upserts, long bytesPerRow) {
      long fit = maxVectors == null ? upserts : Math.min(upserts, vectors);
      fit = maxBytes == null ? fit : Math.min(fit, Math.max(0, bytes) / Math.max(1, bytesPerRow));
      return Math.max(0, fit);
    }

    /** Nothing more. */
    Room none() {
      return new Room(maxVectors, 0, maxBytes, 0);
    }

    /** What fits once so much was taken. */
    Room less(long takenVectors, long takenBytes) {
      return new Room(maxVectors, vectors - takenVectors, maxBytes, bytes - takenBytes);
    }
  }
}
