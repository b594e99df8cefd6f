package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantId;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * One token bucket a tenant: as many calls at once as it may make in a second, filled continuously.
 * For this node alone. Thread-safe.
 */
final class RateLimits {
  private static final int BUCKETS_MAX = 100_000;
  private static final double NANOS = 1e9;

  private final LongSupplier nanoTime;
  private final LoadingCache<TenantId, Bucket> buckets =
      Caffeine.newBuilder()
          .maximumSize(BUCKETS_MAX)
          .expireAfterAccess(Duration.ofMinutes(5))
          .build(tenant -> new Bucket());

  RateLimits(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Admits a call.
   *
   * @throws ServingException RATE_LIMITED
   */
  void admit(Tenant tenant) {
    Integer perSecond = tenant.quotas().apiRateLimitPerSecond();
    if (perSecond != null
        && !buckets.get(tenant.tenantId()).take(perSecond, nanoTime.getAsLong())) {
      throw ServingException.of(
          Reason.RATE_LIMITED, "the tenant may make " + perSecond + " calls a second");
    }
  }

  private static final class Bucket {
    private double tokens = -1;
    private long filledAt;

    synchronized boolean take(int perSecond, long now) {
      tokens =
          tokens < 0
              ? perSecond
              : Math.min(perSecond, tokens + (now - filledAt) / NANOS * perSecond);
      filledAt = now;
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    }
  }
}
