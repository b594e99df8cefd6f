package io.akidb.ingest;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a tenant's collections use, as their manifests say. The job's own collection is
 * looked at each time, the others twice a minute. For one thread.
 */
final class TenantBytes {
  static final Duration OTHERS_MAX_AGE = Duration.ofSeconds(30);

  private final Catalog catalog;
  private final VectorCollection own;
  private final Clock clock;
  private long others;
  private @Nullable Instant othersCountedAt;

  TenantBytes(Catalog catalog, VectorCollection own, Clock clock) {
    this.catalog = catalog;
    this.own = own;
    this.clock = clock;
  }

  /**
   * Of all collections.
   *
   * @param head of the job's own
   */
  long used(Manifest head) {
    Instant now = clock.instant();
    if (othersCountedAt == null || !now.isBefore(othersCountedAt.plus(OTHERS_MAX_AGE))) {
      others = countOthers();
      othersCountedAt = now;
    }
    return others + bytesOf(head);
  }

  private long countOthers() {
    AtomicLong sum = new AtomicLong();
    String after = null;
    do {
      after =
          catalog.forEach(
              own.context(),
              after,
              Catalog.LIST_LIMIT_MAX,
              // One whose manifest cannot be read counts nothing.
              (name, head) ->
                  sum.addAndGet(head == null || name.equals(own.name()) ? 0 : bytesOf(head)));
    } while (after != null);
    return sum.get();
  }

  private static long bytesOf(Manifest head) {
    IndexRef index = head.index();
    return head.freshBytes() + (index == null ? 0 : index.bytes());
  }
}
