package io.akidb.serving;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.OrderClock;
import io.akidb.diskann.IndexProvider;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.policies.AccessTokens;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Authorizer;
import io.akidb.policies.ExternalTokens;
import io.akidb.policies.Identity;
import io.akidb.policies.Roles;
import io.akidb.policies.Tokens;
import io.akidb.policies.Users;
import io.akidb.policies.audit.AuditReader;
import io.akidb.serving.build.BuildConfig;
import io.akidb.serving.build.BuildLauncher;
import io.akidb.serving.collection.CollectionsConfig;
import io.akidb.serving.collection.OpenCollections;
import io.akidb.serving.config.OidcSettings;
import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.ingest.GroupCommitter;
import io.akidb.serving.ingest.IngestConfig;
import io.akidb.serving.metrics.CountedStore;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.rest.HttpConfig;
import io.akidb.serving.rest.MetricsAccess;
import io.akidb.serving.rest.RestApi;
import io.akidb.serving.rest.RestServer;
import io.akidb.serving.search.KernelWarmUp;
import io.akidb.serving.search.SearchConfig;
import io.akidb.serving.search.Searcher;
import io.akidb.serving.shard.IndexReader;
import io.akidb.serving.shard.ShardCache;
import io.akidb.serving.shard.ShardCacheConfig;
import io.akidb.serving.tenant.Tenancy;
import io.akidb.serving.tenant.TenantConfig;
import io.akidb.tenancy.TenantBelongings;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantRegistry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node: opens what the settings say, serves, and closes it in the opposite order. */
public final class Node implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Node.class.getName());
  private static final int HELPER_TASKS_QUEUED_MAX = 1024;
  private static final int READERS = 16;
  private static final int READS_QUEUED_MAX = 64;
  private static final long WARM_UP_SEED = 1;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final RestServer server;
  private final @Nullable String issuedOperatorKey;

  /**
   * Starts a node, which answers as soon as this returns.
   *
   * @param store the bucket; closed by the caller, after the node
   * @throws IOException if the cache's folder cannot be used
   */
  public Node(ObjectStore store, Settings settings, Clock clock, SecureRandom random)
      throws IOException {
    HttpConfig http = HttpConfig.of(settings);
    NodeMetrics metrics = new NodeMetrics();
    ObjectStore bucket = new CountedStore(store, metrics);
    try {
      TenantRegistry registry = new TenantRegistry(bucket, clock);
      TenantConfig tenants = TenantConfig.of(settings);
      registry.ensure(tenants.modes().defaultTenant());
      Identity identity = identity(bucket, settings, clock, random, readers());
      ApiKeys keys = identity.keys();
      NodeAudit audit = own(NodeAudit.open(bucket, settings, clock, random));
      RestApi api = open(bucket, metrics, settings, clock, registry, tenants, identity, audit);
      server = own(api.server(http, MetricsAccess.of(settings)));
      server.start();
      issuedOperatorKey = keys.hasOperator() ? null : issueOperatorKey(keys, audit);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static String issueOperatorKey(ApiKeys keys, NodeAudit audit) {
    audit.operatorKeyIssued();
    return keys.issueForOperator().plaintext();
  }

  /** Threads that wait for the bucket beside a call that reads many objects; none when idle. */
  private Executor readers() {
    ThreadPoolExecutor readers =
        new ThreadPoolExecutor(
            READERS,
            READERS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(READS_QUEUED_MAX),
            Thread.ofPlatform().name("reader-", 0).daemon().factory());
    readers.allowCoreThreadTimeOut(true);
    own(readers::shutdownNow);
    return readers;
  }

  private static Identity identity(
      ObjectStore store, Settings settings, Clock clock, SecureRandom random, Executor readers) {
    Users users = new Users(store, clock, readers);
    Roles roles = new Roles(store, clock, readers);
    ApiKeys keys =
        new ApiKeys(store, users, clock, random, settings.text(Setting.ADMIN_API_KEY).orElse(null));
    AccessTokens accessTokens = new AccessTokens(store, keys, clock, random);
    ExternalTokens external =
        OidcSettings.read(settings)
            .map(config -> new ExternalTokens(config, clock, System::nanoTime))
            .orElse(null);
    Tokens tokens = new Tokens(accessTokens, external);
    return new Identity(users, roles, keys, accessTokens, tokens, new Authorizer(roles, clock));
  }

  private RestApi open(
      ObjectStore store,
      NodeMetrics metrics,
      Settings settings,
      Clock clock,
      TenantRegistry registry,
      TenantConfig tenants,
      Identity identity,
      NodeAudit audit)
      throws IOException {
    ApiKeys keys = identity.keys();
    ShardCacheConfig cacheConfig = ShardCacheConfig.of(settings);
    CollectionsConfig collectionsConfig = CollectionsConfig.of(settings);
    SearchConfig search = SearchConfig.of(settings);
    BuildConfig build = BuildConfig.of(settings, cacheConfig.folder());
    Path temporary = cacheConfig.folder().resolve("segments");
    IngestConfig ingest = IngestConfig.of(settings, temporary);

    ShardCache cache =
        own(new ShardCache(store, cacheConfig, type -> IndexProvider.of(type.jsonName()), metrics));
    Files.createDirectories(temporary);
    FreshBudget budget =
        new FreshBudget(collectionsConfig.freshBytesMax(), tenants.modes().multiTenancy());
    OrderClock orders = new OrderClock(clock);
    Catalog catalog = new Catalog(store, clock);
    ThreadPoolExecutor helpers =
        new ThreadPoolExecutor(
            search.threads(),
            search.threads(),
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(HELPER_TASKS_QUEUED_MAX),
            Thread.ofPlatform().name("search-", 0).daemon().factory());
    own(helpers::shutdownNow);
    helpers.execute(new KernelWarmUp(new SplittableRandom(WARM_UP_SEED)));
    ThreadFactory committing = Thread.ofVirtual().name("commit-", 0).factory();
    OpenCollections collections =
        own(
            new OpenCollections(
                catalog,
                collectionsConfig,
                budget,
                new IndexReader(store, cache)::read,
                target -> new GroupCommitter(target, orders, ingest, metrics, committing)));
    register(metrics, collections, budget);
    BuildLauncher launcher = own(new BuildLauncher(build));
    List<TenantBelongings> belongings =
        List.of(
            audit::tenantPurged,
            keys::revokeAllOf,
            identity.users()::deleteAllOf,
            identity.roles()::deleteAllOf);
    Tenancy tenancy =
        own(new Tenancy(store, registry, catalog, belongings, tenants, metrics.registry()));
    return new RestApi(
        clock,
        tenancy,
        keys,
        identity,
        audit.log(),
        new AuditReader(store),
        catalog,
        collections,
        new Searcher(helpers, search.threads(), metrics),
        search,
        launcher,
        metrics,
        new Readiness(() -> answers(registry, tenants.modes().defaultTenant()), System::nanoTime));
  }

  private static void register(
      NodeMetrics metrics, OpenCollections collections, FreshBudget budget) {
    metrics.gauge("akidb_open_collections", "Open collections.", collections::openCount);
    metrics.gauge("akidb_fresh_bytes", "Bytes of vectors not yet in an index.", budget::used);
    metrics.gauge("akidb_fresh_rows", "Vectors not yet in an index.", collections::freshRows);
    metrics.gauge(
        "akidb_generation_lag_max",
        "Commits that the collection farthest behind has still to make searchable.",
        collections::generationLagMax);
  }

  private <T extends AutoCloseable> T own(T resource) {
    opened.push(resource);
    return resource;
  }

  private static boolean answers(TenantRegistry registry, TenantId tenant) {
    try {
      return registry.find(tenant).isPresent();
    } catch (ObjectStoreException e) {
      return false;
    }
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /** The operator's key, if this start made one: the only moment at which it is known. */
  public Optional<String> issuedOperatorKey() {
    return Optional.ofNullable(issuedOperatorKey);
  }

  /** Stops taking calls, finishes those in flight as long as configured, and lets everything go. */
  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        // The rest has to be let go all the same.
        LOG.log(Level.WARNING, "a part of the node did not close", e);
      }
    }
  }
}
