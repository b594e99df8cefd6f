package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantRegistry;
import io.akidb.tenancy.VersionedTenant;
import java.time.Duration;
import java.util.Optional;

/**
 * Tenants as they were less than a second ago, counted from the moment at which a look at the
 * bucket began: so a suspension on any node holds on all of them within a second, however long the
 * bucket took to answer. Bounded; thread-safe.
 */
final class KnownTenants {
  static final Duration TRUST = Duration.ofMillis(900);

  private static final int TENANTS_MAX = 100_000;

  private record Seen(Optional<Tenant> tenant, long lookedUpAt) {}

  private final LoadingCache<TenantId, Seen> seen;

  /** None yet. */
  KnownTenants(TenantRegistry registry, Ticker nanos) {
    this.seen =
        Caffeine.newBuilder()
            .maximumSize(TENANTS_MAX)
            .ticker(nanos)
            .expireAfter(
                Expiry.<TenantId, Seen>writing(
                    (id, known) -> left(nanos.read() - known.lookedUpAt())))
            .build(
                id -> {
                  long lookedUpAt = nanos.read();
                  return new Seen(registry.find(id).map(VersionedTenant::tenant), lookedUpAt);
                });
  }

  private static Duration left(long ageNanos) {
    return Duration.ofNanos(Math.max(0, TRUST.toNanos() - ageNanos));
  }

  /** The tenant, if there is one that was not deleted. */
  Optional<Tenant> get(TenantId id) {
    return seen.get(id).tenant();
  }

  /** After a change on this node. */
  void forget(TenantId id) {
    seen.invalidate(id);
  }
}
