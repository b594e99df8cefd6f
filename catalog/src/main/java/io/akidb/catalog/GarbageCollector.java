package io.akidb.catalog;

import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import java.time.Clock;

/**
 * Deletes what no kept generation lists, of one collection at a time. Safe for many threads and
 * processes at once, beside writers, readers and builds.
 *
 * <p>Kept are the newest generations by count and those that were the head within the grace; what
 * is younger than the grace is spared in any case, since its commit may be under way. A build is
 * spared while it shows life: while its lease holds, or an object of it is younger than the grace.
 */
public final class GarbageCollector {
  /** Most objects that one run deletes, unless told otherwise. */
  public static final int DELETES_MAX = 10_000;

  private final Bucket bucket;
  private final Retention retention;
  private final int deletesMax;

  /** Over a bucket that the caller closes. */
  public GarbageCollector(ObjectStore store, Clock clock, Retention retention) {
    this(new Bucket(store, Surroundings.of(clock)), retention, DELETES_MAX);
  }

  GarbageCollector(Bucket bucket, Retention retention, int deletesMax) {
    this.bucket = bucket;
    this.retention = retention;
    this.deletesMax = deletesMax;
  }

  /**
   * What a run did.
   *
   * @param deletedObjects how many it deleted
   * @param deletedBytes of them
   * @param oldestGeneration the oldest that is kept; 0 if the collection is gone
   * @param finished false when the run's bound was reached and another will find more
   */
  public record Report(
      long deletedObjects, long deletedBytes, long oldestGeneration, boolean finished) {}

  /**
   * Runs once over one collection, which may have been dropped. Reads each page of the kept
   * generations once and lists the collection's objects; deletes a bounded number of them, the next
   * run goes on.
   *
   * @throws CorruptManifestException if a kept generation cannot be read; nothing that it may list
   *     was deleted
   */
  public Report collect(TenantContext context, CollectionName name) {
    return new CollectionSweep(bucket, context.namespace(), name, retention, deletesMax).run();
  }
}
