package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.catalog.Catalog;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Identity;
import io.akidb.policies.audit.AuditLog;
import io.akidb.policies.audit.AuditReader;
import io.akidb.serving.build.BuildLauncher;
import io.akidb.serving.collection.OpenCollections;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.search.SearchConfig;
import io.akidb.serving.search.Searcher;
import io.akidb.serving.tenant.Tenancy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What the REST API is made of.
 *
 * @param clock of the node
 * @param tenancy tenants
 * @param keys API keys
 * @param identity who calls and what they may
 * @param audit where calls are put on record
 * @param auditReader reads that record
 * @param catalog collections in the bucket
 * @param collections collections on this node
 * @param searcher finds
 * @param search its bounds
 * @param launcher starts builds
 * @param metrics counts
 * @param ready whether the bucket answers
 */
public record RestApi(
    Clock clock,
    Tenancy tenancy,
    ApiKeys keys,
    Identity identity,
    AuditLog audit,
    AuditReader auditReader,
    Catalog catalog,
    OpenCollections collections,
    Searcher searcher,
    SearchConfig search,
    BuildLauncher launcher,
    NodeMetrics metrics,
    BooleanSupplier ready) {

  /** A server that is not listening yet. */
  public RestServer server(HttpConfig config, MetricsAccess metricsAccess) {
    Gate gate =
        new Gate(
            identity,
            tenancy,
            new AuthFailures(config.authFailuresPerSecond(), Ticker.systemTicker()),
            metricsAccess);
    List<Route> routes = routes(gate);
    return new RestServer(
        config,
        gate,
        metrics,
        new RequestAudit(audit, routes, Ticker.systemTicker(), Scheduler.systemScheduler()),
        routes);
  }

  List<Route> routes(Gate gate) {
    Quotas quotas = new Quotas(tenancy);
    IndexHandlers indexes = new IndexHandlers(catalog, launcher, clock, collections, quotas);
    List<Route> routes = new ArrayList<>();
    routes.addAll(new TenantHandlers(tenancy, keys, collections, gate).routes());
    routes.addAll(new UserHandlers(identity).routes());
    routes.addAll(new RoleHandlers(identity).routes());
    routes.addAll(new ApiKeyHandlers(identity, clock).routes());
    routes.addAll(new AuthHandlers(identity).routes());
    routes.addAll(new AuditHandlers(auditReader).routes());
    routes.addAll(new CollectionHandlers(catalog, collections, quotas, indexes).routes());
    routes.addAll(new VectorHandlers(collections, quotas).routes());
    routes.addAll(new SearchHandlers(collections, searcher, search).routes());
    routes.addAll(indexes.routes());
    routes.addAll(
        new SystemHandlers(ready, () -> audit.isWritable(), () -> tenancy.sharesRates(), metrics)
            .routes());
    return routes;
  }
}
