package io.akidb.serving.rest;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many of the calls being handled are one tenant's: no more than a share, so that however slow
 * they are there is a place left for others. Thread-safe.
 */
final class TenantPlaces {
  private final int perTenantMax;
  private final ConcurrentHashMap<TenantId, Integer> taken = new ConcurrentHashMap<>();

  /** All free. */
  TenantPlaces(int perTenantMax) {
    this.perTenantMax = perTenantMax;
  }

  /** A call's place, until it is closed. */
  interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a place.
   *
   * @param tenant whose share it is of; null for a call that shares with nobody
   * @throws ServingException OVERLOADED if the tenant has none left
   */
  Place take(@Nullable TenantId tenant) {
    if (tenant == null) {
      return () -> {};
    }
    if (taken.merge(tenant, 1, Integer::sum) > perTenantMax) {
      leave(tenant);
      throw ServingException.of(
          Reason.OVERLOADED, "as many calls of this tenant are being handled as one may have");
    }
    return () -> leave(tenant);
  }

  private void leave(TenantId tenant) {
    taken.computeIfPresent(tenant, (id, count) -> count == 1 ? null : count - 1);
  }
}
