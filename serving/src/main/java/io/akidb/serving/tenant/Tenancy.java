package io.akidb.serving.tenant;

import io.akidb.catalog.Catalog;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.Rounds;
import io.akidb.tenancy.TenantBelongings;
import io.akidb.tenancy.TenantLifecycle;
import io.akidb.tenancy.TenantRegistry;
import io.akidb.tenancy.quota.UsageLedger;
import io.akidb.tenancy.rate.RateLimiter;
import io.akidb.tenancy.rate.SharedBuckets;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the node knows of its tenants, and the threads that keep it true: one sweeps up after
 * crashes and purge dates, one counts, and where limits are held together one takes leases. {@link
 * #close} ends them. Thread-safe.
 */
public final class Tenancy implements AutoCloseable {
  private final Modes modes;
  private final TenantRegistry registry;
  private final TenantLifecycle lifecycle;
  private final UsageLedger usage;
  private final @Nullable SharedBuckets shared;
  private final RateLimiter rates;
  private final TenantMetrics metrics;
  private final Rounds sweeping;
  private final Rounds counting;

  /**
   * Starts the threads.
   *
   * @param belongings of a tenant in other rooms, removed when it is purged
   */
  public Tenancy(
      ObjectStore store,
      TenantRegistry tenants,
      Catalog catalog,
      List<TenantBelongings> belongings,
      TenantConfig config,
      PrometheusRegistry metricsRegistry) {
    this.modes = config.modes();
    this.registry = tenants;
    this.lifecycle = new TenantLifecycle(store, tenants, config.lifecycle(), belongings);
    this.usage = new UsageLedger(new ManifestUsage(catalog));
    URI redis = config.redis();
    this.shared = redis == null ? null : SharedBuckets.onRedis(redis, System::nanoTime);
    this.rates = new RateLimiter(config.rateLimitNodes(), System::nanoTime, shared);
    this.metrics = new TenantMetrics(metricsRegistry, config.metricsMax(), usage::known);
    if (shared != null) {
      metrics.shared(metricsRegistry, shared);
    }
    this.sweeping =
        new Rounds("tenant-sweep", config.sweepInterval(), () -> lifecycle.sweep().unfinished());
    this.counting =
        new Rounds(
            "tenant-count",
            config.countInterval(),
            () -> {
              usage.reconcile();
              metrics.review();
              return false;
            });
  }

  /** What the installation has opted into. */
  public Modes modes() {
    return modes;
  }

  /** Who they are. */
  public TenantRegistry registry() {
    return registry;
  }

  /** Their births and deaths. */
  public TenantLifecycle lifecycle() {
    return lifecycle;
  }

  /** How much they use. */
  public UsageLedger usage() {
    return usage;
  }

  /** How often they may call. */
  public RateLimiter rates() {
    return rates;
  }

  /** Whether nodes hold rate limits together now; otherwise each grants its share. */
  public boolean sharesRates() {
    return shared != null && shared.isShared();
  }

  /** What is shown of them. */
  public TenantMetrics metrics() {
    return metrics;
  }

  @Override
  public void close() {
    counting.close();
    sweeping.close();
    if (shared != null) {
      shared.close();
    }
  }
}
