package io.akidb.serving.fresh;

import io.akidb.tenancy.TenantId;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the fresh tiers of all collections may take together, and those of one tenant:
 * where there are more tenants than one, three times what is left free beside all of them. So one
 * alone comes to three quarters, two to three sevenths each, and there is always something left for
 * the next (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2),
 * 1998). Thread-safe.
 */
public final class FreshBudget {
  private static final int TIMES_FREE = 3;

  private final long bytesMax;
  private final boolean shared;
  private final AtomicLong used = new AtomicLong();
  // Without those that hold nothing.
  private final ConcurrentHashMap<TenantId, Long> byTenant = new ConcurrentHashMap<>();

  /** Of so many bytes, for whichever tenant. */
  public FreshBudget(long bytesMax) {
    this(bytesMax, false);
  }

  /**
   * Of so many bytes.
   *
   * @param shared whether each tenant has to leave something for others
   */
  public FreshBudget(long bytesMax, boolean shared) {
    this.bytesMax = bytesMax;
    this.shared = shared;
  }

  /** Bytes in use. */
  public long used() {
    return used.get();
  }

  /** Bytes in use by a tenant. */
  public long usedBy(TenantId tenant) {
    return byTenant.getOrDefault(tenant, 0L);
  }

  /** A tenant's part of it. */
  public FreshMemory of(TenantId tenant) {
    return new FreshMemory(this, tenant);
  }

  /** Whether so many bytes more would fit in all. */
  boolean fits(long bytes) {
    return bytes <= bytesMax - used.get();
  }

  /** Whether a tenant would leave enough for others with so many bytes more. */
  boolean fitsShare(TenantId tenant, long bytes) {
    long free = bytesMax - used.get() - bytes;
    return !shared || (usedBy(tenant) + bytes) / TIMES_FREE <= free;
  }

  /** Whether a tenant could have so many bytes if nobody else had any, these included. */
  public boolean couldHold(long bytes) {
    return bytes <= bytesMax && (!shared || bytes / TIMES_FREE <= bytesMax - bytes);
  }

  void take(TenantId tenant, long bytes) {
    used.addAndGet(bytes);
    byTenant.compute(
        tenant,
        (id, held) -> {
          long now = (held == null ? 0 : held) + bytes;
          return now == 0 ? null : now;
        });
  }

  void give(TenantId tenant, long bytes) {
    take(tenant, -bytes);
  }
}
