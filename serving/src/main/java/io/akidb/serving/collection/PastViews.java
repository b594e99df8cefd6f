package io.akidb.serving.collection;

import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.fresh.FreshMemory;
import io.akidb.serving.fresh.FreshTier;
import io.akidb.serving.fresh.IndexedVersions;
import io.akidb.serving.shard.BuiltIndex;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Generations of the past, as {@code as_of} asks for: the last few used ones stay open, until they
 * were not used for a while, or until their memory is needed. One that is being searched stays
 * until its last search ends, also where there are more than that few meanwhile. Thread-safe.
 */
final class PastViews implements AutoCloseable {
  // By the tenant and the name as well: the id stands in a manifest that the tenant's own jobs
  // write, and could be another tenant's.
  private record Key(TenantId tenant, CollectionName name, UUID collection, long generation) {}

  private static final class Past {
    private final FreshTier tier;
    private final CollectionView view;
    private long usedNanos;
    private int leases;
    private boolean dropped;

    Past(FreshTier tier, CollectionView view) {
      this.tier = tier;
      this.view = view;
    }

    boolean isInUse() {
      return leases > 0;
    }

    /** Gives its memory back once nobody searches it. */
    void drop() {
      dropped = true;
      releaseIfUnused();
    }

    void end(long nowNanos) {
      usedNanos = nowNanos;
      leases--;
      if (dropped) {
        releaseIfUnused();
      }
    }

    private void releaseIfUnused() {
      if (leases == 0) {
        tier.release();
      }
    }
  }

  private final int viewsMax;
  private final FreshBudget budget;
  private final IndexLoader loader;
  private final LinkedHashMap<Key, Past> byUse = new LinkedHashMap<>(16, 0.75f, true);

  PastViews(int viewsMax, FreshBudget budget, IndexLoader loader) {
    this.viewsMax = viewsMax;
    this.budget = budget;
    this.loader = loader;
  }

  /**
   * The view, read from the bucket if it is not open.
   *
   * @throws io.akidb.catalog.GenerationNotFoundException if it is not kept any more
   */
  ViewLease get(VectorCollection collection, UUID collectionId, long generation) {
    Key key = new Key(collection.context().tenant(), collection.name(), collectionId, generation);
    synchronized (byUse) {
      Past known = byUse.get(key);
      if (known != null) {
        return lease(known);
      }
    }
    Past read = read(collection, collection.at(generation));
    synchronized (byUse) {
      Past other = byUse.putIfAbsent(key, read);
      if (other != null) {
        read.tier.release();
        return lease(other);
      }
      ViewLease lease = lease(read);
      letGoOfExcess();
      return lease;
    }
  }

  // Under the lock.
  private ViewLease lease(Past past) {
    past.usedNanos = System.nanoTime();
    past.leases++;
    return ViewLease.of(past.view, () -> end(past));
  }

  private void end(Past past) {
    synchronized (byUse) {
      past.end(System.nanoTime());
      letGoOfExcess();
    }
  }

  private void letGoOfExcess() {
    while (byUse.size() > viewsMax && letGoOfOneOfMost()) {
      // The next one.
    }
  }

  /** Which ones have to make room. */
  @FunctionalInterface
  interface Displaced {
    /** Whether one of this tenant has to that was not used for so long. */
    boolean includes(TenantId holder, long unusedNanos);
  }

  /** Lets go of the one of these that was used longest ago and is not; false if there is none. */
  boolean letGoOfOne(long nowNanos, Displaced displaced) {
    synchronized (byUse) {
      for (Map.Entry<Key, Past> entry : byUse.entrySet()) {
        Past past = entry.getValue();
        if (!past.isInUse()
            && displaced.includes(entry.getKey().tenant(), nowNanos - past.usedNanos)) {
          byUse.remove(entry.getKey());
          past.drop();
          return true;
        }
      }
      return false;
    }
  }

  // Whoever holds most makes room: who asks for one generation after the other has others keep
  // theirs.
  private boolean letGoOfOneOfMost() {
    Map<TenantId, Long> held =
        byUse.keySet().stream().collect(Collectors.groupingBy(Key::tenant, Collectors.counting()));
    long most = Collections.max(held.values());
    return letGoOfOne(0, (holder, _) -> held.getOrDefault(holder, 0L) == most);
  }

  /** Lets go of those of a tenant's collections. */
  void forget(TenantId tenant, Predicate<CollectionName> which) {
    synchronized (byUse) {
      byUse
          .entrySet()
          .removeIf(
              entry -> {
                Key key = entry.getKey();
                boolean isForgotten = key.tenant().equals(tenant) && which.test(key.name());
                if (isForgotten) {
                  entry.getValue().drop();
                }
                return isForgotten;
              });
    }
  }

  /** Lets go of those that nobody used for longer than this. */
  void letGoOfUnused(long nowNanos, long idleNanos) {
    synchronized (byUse) {
      while (letGoOfOne(nowNanos, (_, unusedNanos) -> unusedNanos > idleNanos)) {
        // The next one.
      }
    }
  }

  private Past read(VectorCollection collection, Manifest manifest) {
    BuiltIndex index = manifest.index() == null ? null : loader.load(collection, manifest);
    FreshMemory memory = budget.of(collection.context().tenant());
    FreshTier tier =
        new FreshTier(manifest.schema(), memory, index == null ? IndexedVersions.NONE : index);
    try {
      memory.requireRoomFor(manifest.freshBytes(), 0);
      for (SegmentRef segment : collection.segments(manifest)) {
        List<VectorRecord> rows = SegmentRows.read(collection, segment);
        tier.requireShareFor(rows);
        tier.apply(segment.sequence(), rows);
      }
      return new Past(
          tier, new CollectionView(manifest, manifest.generation(), tier.snapshot(), index));
    } catch (RuntimeException | Error e) {
      tier.release();
      throw e;
    }
  }

  @Override
  public void close() {
    synchronized (byUse) {
      byUse.values().forEach(Past::drop);
      byUse.clear();
    }
  }
}
