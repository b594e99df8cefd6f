package io.akidb.serving.tenant;

import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.quota.TenantUsage;
import io.akidb.tenancy.rate.SharedBuckets;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What each tenant asks for and uses, with as many label values as configured and no more: the
 * busiest tenants by their ids, the rest as {@code other}. Thread-safe.
 */
public final class TenantMetrics {
  private static final String TENANT = "tenant";
  private static final String QUOTA = "quota";

  private final TenantLabels labels;
  private final Counter requests;
  private final Counter rateLimited;
  private final Counter quotaRefusals;

  /**
   * Registers its metrics.
   *
   * @param tenantsMax with a label of their own
   * @param usage what is known of the tenants' usage, without counting
   */
  public TenantMetrics(
      PrometheusRegistry registry, int tenantsMax, Supplier<Map<TenantId, TenantUsage>> usage) {
    this.labels = new TenantLabels(tenantsMax);
    this.requests =
        Counter.builder()
            .name("akidb_tenant_api_requests")
            .help("Calls in a tenant's name, refused ones included.")
            .labelNames(TENANT)
            .register(registry);
    this.rateLimited =
        Counter.builder()
            .name("akidb_tenant_rate_limited")
            .help("Calls refused because of a rate limit.")
            .labelNames(TENANT)
            .register(registry);
    this.quotaRefusals =
        Counter.builder()
            .name("akidb_tenant_quota_refusals")
            .help("Calls refused because of a quota.")
            .labelNames(TENANT, QUOTA)
            .register(registry);
    gauge(
        registry,
        "akidb_tenant_storage_bytes",
        "Bytes of live segments and shards, as counted last.",
        usage,
        TenantUsage::storageBytes);
    gauge(
        registry,
        "akidb_tenant_collections",
        "Collections, as counted last.",
        usage,
        TenantUsage::collections);
  }

  private void gauge(
      PrometheusRegistry registry,
      String name,
      String help,
      Supplier<Map<TenantId, TenantUsage>> usage,
      ToLongFunction<TenantUsage> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(TENANT)
        .callback(
            callback ->
                byLabel(usage.get(), value)
                    .forEach((label, sum) -> callback.call((double) sum, label)))
        .register(registry);
  }

  /** Registers what is to be known of limits that nodes hold together. */
  void shared(PrometheusRegistry registry, SharedBuckets buckets) {
    GaugeWithCallback.builder()
        .name("akidb_rate_limits_shared")
        .help("1 while nodes hold rate limits together, 0 while each grants its share.")
        .callback(callback -> callback.call(buckets.isShared() ? 1 : 0))
        .register(registry);
    CounterWithCallback.builder()
        .name("akidb_rate_limits_shared_losses")
        .help("How often nodes lost what they hold rate limits together by.")
        .callback(callback -> callback.call((double) buckets.losses()))
        .register(registry);
  }

  private synchronized Map<String, Long> byLabel(
      Map<TenantId, TenantUsage> usage, ToLongFunction<TenantUsage> value) {
    Map<String, Long> sums = new TreeMap<>();
    usage.forEach(
        (tenant, used) -> sums.merge(labels.of(tenant), value.applyAsLong(used), Long::sum));
    return sums;
  }

  /** A call in a tenant's name. */
  public synchronized void request(TenantId tenant) {
    requests.labelValues(labels.count(tenant)).inc();
  }

  /** One that was refused because of a rate limit. */
  public synchronized void rateLimited(TenantId tenant) {
    rateLimited.labelValues(labels.of(tenant)).inc();
  }

  /**
   * One that was refused because of a quota.
   *
   * @param quota as in the descriptor
   */
  public synchronized void quotaRefused(TenantId tenant, String quota) {
    quotaRefusals.labelValues(labels.of(tenant), quota).inc();
  }

  /** Looks anew who is busy; to be called now and then. */
  public synchronized void review() {
    for (TenantId dropped : labels.review()) {
      requests.remove(dropped.value());
      rateLimited.remove(dropped.value());
      quotaRefusals.removeIf(values -> values.getFirst().equals(dropped.value()));
    }
  }
}
