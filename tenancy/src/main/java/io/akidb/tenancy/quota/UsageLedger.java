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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What the tenants of this node use. Counted from the manifests when a tenant is first asked about,
 * kept up by what this node sees of its own writes, and corrected by {@link #reconcile}, since
 * other nodes and jobs write, too. Thread-safe.
 *
 * <p>A count reads each manifest of a tenant, so tenants that are not asked about are left alone:
 * they are counted in one round of {@value #QUIET_ROUNDS}, spread evenly, and in the next round
 * after somebody asks.
 *
 * <p>What is being written on this node is reserved first, so that calls at the same time cannot
 * pass a quota together. Several nodes, and jobs, can: by what they write between two corrections.
 */
public final class UsageLedger {
  private static final Logger LOG = System.getLogger(UsageLedger.class.getName());
  private static final int TENANTS_MAX = 10_000;
  private static final Duration IDLE_MAX = Duration.ofHours(24);

  /** Rounds of {@link #reconcile} in which a tenant that is not asked about is counted once. */
  static final int QUIET_ROUNDS = 120;

  private final UsageSource source;
  private final LoadingCache<TenantId, Account> accounts;
  // Tenants without a quota that needs a count: counted by the next correction, for the metrics.
  private final Set<TenantId> uncounted = ConcurrentHashMap.newKeySet();
  private final AtomicInteger rounds = new AtomicInteger();

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
    return asked(tenant).usage();
  }

  private Account asked(TenantId tenant) {
    Account account = accounts.get(tenant);
    account.use();
    return account;
  }

  /**
   * Room for a collection that is about to be created.
   *
   * @throws io.akidb.tenancy.QuotaExceededException if there is none
   */
  public Reservation reserveCollection(TenantId tenant, int max) {
    return asked(tenant).reserveCollection(max);
  }

  /**
   * Room for bytes that are about to be written.
   *
   * @throws io.akidb.tenancy.QuotaExceededException if there is less
   */
  public Reservation reserveBytes(TenantId tenant, long max, long bytes) {
    return asked(tenant).reserveBytes(max, bytes);
  }

  /**
   * Room for new rows that are about to be written.
   *
   * @param liveNow rows of the collection, those included whose reservation was closed
   * @throws io.akidb.tenancy.QuotaExceededException if there is less
   */
  public Reservation reserveRows(
      TenantId tenant, CollectionName collection, long max, LongSupplier liveNow, long rows) {
    return asked(tenant).reserveRows(collection, max, liveNow, rows);
  }

  /** A collection was seen to have so many bytes. */
  public void observe(TenantId tenant, CollectionName collection, long bytes) {
    Account account = accounts.getIfPresent(tenant);
    if (account != null) {
      account.use();
      account.observe(collection, bytes);
    } else if (uncounted.size() < TENANTS_MAX) {
      uncounted.add(tenant);
    }
  }

  /** A collection was dropped. */
  public void forget(TenantId tenant, CollectionName collection) {
    Account account = accounts.getIfPresent(tenant);
    if (account != null) {
      account.use();
      account.forget(collection);
    }
  }

  /** Forgets all it knows of a tenant. */
  public void forget(TenantId tenant) {
    accounts.invalidate(tenant);
  }

  /**
   * Counts the tenants again that were asked about since their last count, and a few of the others.
   * One that cannot be counted now keeps what is known of it, and is counted in the next round. An
   * interrupt ends it early.
   */
  public void reconcile() {
    int round = rounds.getAndIncrement();
    // Iterating is no access: who is not asked about is forgotten in time.
    accounts
        .asMap()
        .forEach(
            (tenant, account) -> {
              boolean isTurn = Math.floorMod(tenant.hashCode() + round, QUIET_ROUNDS) == 0;
              if (account.takeUse() || isTurn) {
                count(tenant, account);
              }
            });
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

  private void count(TenantId tenant, Account account) {
    long begun = account.beginCount();
    attempt(
        tenant,
        () -> {
          try {
            account.correct(source.count(tenant), begun);
          } catch (RuntimeException e) {
            account.use();
            throw e;
          }
        });
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
