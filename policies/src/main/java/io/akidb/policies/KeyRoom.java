package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds tenants to {@link ApiKeys#KEYS_MAX}. At the bound what lets nobody in any more is removed:
 * keys that have ended, those of users that were deleted, and what a crash left of keys that were
 * never written. Thread-safe.
 */
final class KeyRoom {
  // A tenant's keys are read one by one for it.
  private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(1);
  private static final int OWNERS_MAX = 10_000;

  /** A key that is not written so long after its owner was noted never will be. */
  static final Duration STRAY_AGE = Duration.ofHours(1);

  private static final Logger LOG = System.getLogger(KeyRoom.class.getName());

  private final KeyRecords records;
  private final Users users;
  private final Clock clock;
  private final Cache<String, Boolean> swept;

  KeyRoom(KeyRecords records, Users users, Clock clock, Ticker ticker) {
    this.records = records;
    this.users = users;
    this.clock = clock;
    this.swept =
        Caffeine.newBuilder()
            .maximumSize(OWNERS_MAX)
            .expireAfterWrite(SWEEP_INTERVAL)
            .ticker(ticker)
            .build();
  }

  /**
   * Makes sure that an owner may have one more.
   *
   * @throws QuotaExceededException otherwise
   */
  void require(@Nullable TenantId owner) {
    int count = count(owner);
    if (count >= ApiKeys.KEYS_MAX && swept.asMap().putIfAbsent(name(owner), true) == null) {
      count -= sweep(owner);
    }
    if (count >= ApiKeys.KEYS_MAX) {
      throw new QuotaExceededException(
          "max_api_keys",
          "max_api_keys: the tenant has "
              + count
              + " of "
              + ApiKeys.KEYS_MAX
              + " API keys; revoke those that nobody uses");
    }
  }

  private int count(@Nullable TenantId owner) {
    int count = 0;
    String cursor = null;
    do {
      PolicyPage<String> page = records.ids(owner, cursor, KeyRecords.PAGE_LIMIT_MAX);
      count += page.items().size();
      cursor = page.nextCursor();
    } while (cursor != null && count < ApiKeys.KEYS_MAX);
    return count;
  }

  private int sweep(@Nullable TenantId owner) {
    int removed = 0;
    String cursor = null;
    do {
      PolicyPage<String> noted = records.ids(owner, cursor, KeyRecords.PAGE_LIMIT_MAX);
      PolicyPage<ApiKeyDescriptor> page = records.list(owner, cursor, KeyRecords.PAGE_LIMIT_MAX);
      removed += sweepStrays(owner, noted, page);
      for (ApiKeyDescriptor key : page.items()) {
        if (isOver(key)) {
          records.delete(owner, key.keyId());
          removed++;
        }
      }
      cursor = page.nextCursor();
    } while (cursor != null);
    if (removed > 0) {
      LOG.log(Level.INFO, "{0} API keys of {1} had ended and were removed", removed, name(owner));
    }
    return removed;
  }

  private int sweepStrays(
      @Nullable TenantId owner, PolicyPage<String> noted, PolicyPage<ApiKeyDescriptor> there) {
    Set<String> strays = new HashSet<>(noted.items());
    there.items().forEach(key -> strays.remove(key.keyId()));
    there.unreadable().forEach(strays::remove);
    Instant before = clock.instant().minus(STRAY_AGE);
    return (int) strays.stream().filter(id -> records.deleteStray(owner, id, before)).count();
  }

  private boolean isOver(ApiKeyDescriptor key) {
    String userId = key.userId();
    return key.isExpired(clock.instant())
        || (userId != null && !users.exists(key.tenant(), userId));
  }

  private static String name(@Nullable TenantId owner) {
    return owner == null ? Documents.PLATFORM : owner.value();
  }
}
