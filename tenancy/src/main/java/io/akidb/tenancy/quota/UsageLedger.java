package io.akidb.tenancy.quota;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What the tenants of this node use. Counted from the manifests when a tenant is first asked about,
 * kept up by what this node sees of its own writes, and corrected by {@link #reconcile}, since
 * other nodes and jobs write, too. Thread-safe.
 *
 * <p>What is being written on this node is reserved first, so that calls at the same time cannot
 * pass a quota together. Several nodes, and jobs, can: by what they write between two corrections.
 */
public final class UsageLedger {
  private static final Logger LOG = System.getLogger(UsageLedger.class.getName());
  private static final int TENANTS_MAX = 10_000;
  private static final Duration IDLE_MAX = Duration.ofHours(24);

  private final UsageSource source;
  private final LoadingCache<TenantId, Account> accounts;
  // Tenants without a quota that needs a count: counted by the next correction, for the metrics.
  private final Set<TenantId> uncounted = ConcurrentHashMap.newKeySet();

  /** Knows nothing yet. */
  public UsageLedger(UsageSource source) {
    this.source = source;
    this.accounts =
        Caffeine.newBuilder()
            .maximumSize(TENANTS_MAX)
            .expireAfterAccess(IDLE_MAX)
            .build(tenant -> new Account(source.count(tenant)));
  }

  /** What a tenant uses, as far as this node knows. Counts it if it knows nothing yet. */
  public TenantUsage usageOf(TenantId tenant) {
    return accounts.get(tenant).usage();
  }

  /**
   * Room for a collection that is about to be created.
   *
   * @throws io.akidb.tenancy.QuotaExceededException if there is none
   */
  public Reservation reserveCollection(TenantId tenant, int max) {
    return accounts.get(tenant).reserveCollection(max);
  }

  /**
   * Room for bytes that are about to be written.
   *
   * @throws io.akidb.tenancy.QuotaExceededException if there is less
   */
  public Reservation reserveBytes(TenantId tenant, long max, long bytes) {
    return accounts.get(tenant).reserveBytes(max, bytes);
  }

  /**
   * Room for new rows that are about to be written.
   *
   * @param liveNow rows of the collection, those included whose reservation was closed
   * @throws io.akidb.tenancy.QuotaExceededException if there is less
   */
  public Reservation reserveRows(
      TenantId tenant, CollectionName collection, long max, LongSupplier liveNow, long rows) {
    return accounts.get(tenant).reserveRows(collection, max, liveNow, rows);
  }

  /** A collection was seen to have so many bytes. */
  public void observe(TenantId tenant, CollectionName collection, long bytes) {
    Account account = accounts.getIfPresent(tenant);
    if (account != null) {
      account.observe(collection, bytes);
    } else if (uncounted.size() < TENANTS_MAX) {
      uncounted.add(tenant);
    }
  }

  /** A collection was dropped. */
  public void forget(TenantId tenant, CollectionName collection) {
    Account account = accounts.getIfPresent(tenant);
    if (account != null) {
      account.forget(collection);
    }
  }

  /** Forgets all it knows of a tenant. */
  public void forget(TenantId tenant) {
    accounts.invalidate(tenant);
  }

  /**
   * Counts every tenant that this node knows again. One that cannot be counted now keeps what is
   * known of it. An interrupt ends it early.
   */
  public void reconcile() {
    for (TenantId tenant : List.copyOf(accounts.asMap().keySet())) {
      Account account = accounts.asMap().get(tenant);
      if (account != null) {
        long begun = account.beginCount();
        attempt(tenant, () -> account.correct(source.count(tenant), begun));
      }
    }
    List<TenantId> found = List.copyOf(uncounted);
    found.forEach(uncounted::remove);
    found.forEach(
        tenant ->
            attempt(
                tenant,
                () -> {
                  var unused = accounts.get(tenant);
                }));
  }

  private static void attempt(TenantId tenant, Runnable count) {
    if (Thread.currentThread().isInterrupted()) {
      return;
    }
    try {
      count.run();
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING, "the usage of tenant {0} is not known anew: {1}", tenant, e.toString());
    }
  }

  /** What is known, without counting anything. */
  public Map<TenantId, TenantUsage> known() {
    Map<TenantId, TenantUsage> known = new TreeMap<>();
    accounts.asMap().forEach((tenant, account) -> known.put(tenant, account.usage()));
    return known;
  }
}
