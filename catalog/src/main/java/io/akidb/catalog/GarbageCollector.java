package io.akidb.catalog;

import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import java.time.Clock;

/** Deletes what no kept generation lists. Safe for many threads and processes at once. */
public final class GarbageCollector {
  private final ObjectStore store;
  private final Clock clock;
  private final Retention retention;

  /** Over a bucket that the caller closes. */
  public GarbageCollector(ObjectStore store, Clock clock, Retention retention) {
    this.store = store;
    this.clock = clock;
    this.retention = retention;
  }

  /**
   * What a run did.
   *
   * @param deletedObjects how many it deleted
   * @param deletedBytes of them
   * @param oldestGeneration the oldest that is kept
   * @param finished false when the run's bound was reached and another will find more
   */
  public record Report(
      long deletedObjects, long deletedBytes, long oldestGeneration, boolean finished) {}

  /** Runs once over one collection, which may have been dropped. */
  public Report collect(TenantContext context, CollectionName name) {
    throw new UnsupportedOperationException(store + "" + clock + retention);
  }
}
