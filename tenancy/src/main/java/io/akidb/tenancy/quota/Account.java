package io.akidb.tenancy.quota;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.QuotaExceededException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * One tenant's account: what was counted or seen last of each collection, and what is being written
 * right now. Thread-safe.
 */
final class Account {
  /** What is known of a collection: its bytes, -1 if it was dropped, and when that was learnt. */
  private record Known(long bytes, long learntAt) {}

  private static final long DROPPED = -1;

  private final Map<CollectionName, Known> known = new HashMap<>();
  private final Map<CollectionName, Long> pendingRows = new HashMap<>();
  private final AtomicBoolean used = new AtomicBoolean();
  private long pendingBytes;
  private int pendingCollections;
  private long time;

  Account(Map<CollectionName, Long> counted) {
    counted.forEach((name, bytes) -> known.put(name, new Known(bytes, time)));
  }

  /** Notes that somebody asks. */
  void use() {
    used.set(true);
  }

  /** Whether somebody asked since this was called last. */
  boolean takeUse() {
    return used.getAndSet(false);
  }

  /** Call before counting, and hand what it answers to {@link #correct}. */
  synchronized long beginCount() {
    return ++time;
  }

  /**
   * Takes over a count. What was learnt since it began is newer, and stays.
   *
   * @param begun what {@link #beginCount} answered
   */
  synchronized void correct(Map<CollectionName, Long> counted, long begun) {
    known.values().removeIf(each -> each.learntAt() < begun);
    counted.forEach((name, bytes) -> known.putIfAbsent(name, new Known(bytes, begun - 1)));
  }

  synchronized void observe(CollectionName name, long bytes) {
    known.put(name, new Known(bytes, time));
  }

  synchronized void forget(CollectionName name) {
    known.put(name, new Known(DROPPED, time));
  }

  synchronized TenantUsage usage() {
    int collections = 0;
    long bytes = 0;
    for (Known each : known.values()) {
      if (each.bytes() != DROPPED) {
        collections++;
        bytes += each.bytes();
      }
    }
    return new TenantUsage(collections, bytes);
  }

  synchronized Reservation reserveCollection(int max) {
    int used = usage().collections() + pendingCollections;
    if (used >= max) {
      throw new QuotaExceededException(
          "max_collections",
          "max_collections: the tenant has "
              + used
              + " of "
              + max
              + " collections; delete one, or ask the operator for more");
    }
    pendingCollections++;
    return once(() -> pendingCollections--);
  }

  synchronized Reservation reserveBytes(long max, long bytes) {
    long used = usage().storageBytes() + pendingBytes;
    if (bytes > max - used) {
      throw new QuotaExceededException(
          "max_storage_bytes",
          "max_storage_bytes: the tenant stores "
              + used
              + " of "
              + max
              + " bytes, and this call brings "
              + bytes
              + "; delete vectors or collections and build again, or ask the operator for more");
    }
    pendingBytes += bytes;
    return once(() -> pendingBytes -= bytes);
  }

  /**
   * Reserves room for rows.
   *
   * @param liveNow rows of the collection; asked under this account's lock, so that what another
   *     call has just written and released is among them
   * @param rows new ones
   */
  synchronized Reservation reserveRows(
      CollectionName name, long max, LongSupplier liveNow, long rows) {
    long used = liveNow.getAsLong() + pendingRows.getOrDefault(name, 0L);
    if (rows > max - used) {
      throw new QuotaExceededException(
          "max_vectors_per_collection",
          "max_vectors_per_collection: the collection has "
              + used
              + " of "
              + max
              + " vectors, and this call brings "
              + rows
              + " new ones; delete some, or ask the operator for more");
    }
    pendingRows.merge(name, rows, Long::sum);
    return once(
        () -> pendingRows.computeIfPresent(name, (n, all) -> all > rows ? all - rows : null));
  }

  private Reservation once(Runnable release) {
    AtomicBoolean held = new AtomicBoolean(true);
    return () -> {
      if (held.getAndSet(false)) {
        synchronized (this) {
          release.run();
        }
      }
    };
  }
}
