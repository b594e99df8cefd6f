package io.akidb.bench.tenants;

import io.akidb.bench.BenchException;
import io.akidb.bench.measure.Report;
import io.akidb.bench.tenants.TenantsBucket.Tenant;
import io.akidb.bench.tenants.TenantsReport.First;
import io.akidb.bench.tenants.TenantsReport.Idle;
import io.akidb.bench.tenants.TenantsReport.Listing;
import io.akidb.bench.tenants.TenantsReport.Size;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Measures one node on a bucket of many tenants. For one thread. */
public final class TenantsRun {
  private static final long SEED = 7;
  private static final int WARM_TENANTS_MAX = 100;
  private static final int BUILT_MAX = 100;
  private static final int SETTLE_SECONDS_MAX = 600;
  private static final long LOOK_MILLIS = 100;

  /**
   * How it is to be measured.
   *
   * @param home for buckets and caches
   * @param java its executable
   * @param heap most of the node's heap, as {@code 1g}
   * @param shape of the bucket
   * @param searches of each warm measurement
   * @param idleSeconds how long an idle node is watched
   * @param reuse whether a bucket of an earlier run is taken, if there is one
   * @param flags further settings of the node
   */
  public record Options(
      Path home,
      Path java,
      String heap,
      TenantsShape shape,
      int searches,
      int idleSeconds,
      boolean reuse,
      List<String> flags) {}

  private final Options options;
  private final Report.Machine machine;
  private final Clock clock;
  private final Consumer<String> progress;
  private final SplittableRandom random = new SplittableRandom(SEED);

  /** Measures as told. */
  public TenantsRun(
      Options options, Report.Machine machine, Clock clock, Consumer<String> progress) {
    this.options = options;
    this.machine = machine;
    this.clock = clock;
    this.progress = progress;
  }

  /** All of it; a minute for some hundred tenants. */
  public TenantsReport run() {
    TenantsShape shape = options.shape();
    Path home = options.home();
    progress.accept("writing " + shape.tenants() + " x " + shape.collections() + " collections");
    TenantsBucket one =
        TenantsBucket.make(
            home.resolve("one"),
            new TenantsShape(1, shape.collections(), shape.rows(), shape.dimension()),
            clock,
            progress);
    Path folder = home.resolve(shape.folder());
    TenantsBucket many =
        options.reuse() && TenantsBucket.isIn(folder)
            ? TenantsBucket.open(folder, shape)
            : TenantsBucket.make(folder, shape, clock, progress);
    Size alone;
    progress.accept("starting a node on one tenant");
    try (NodeProcess node = start(one);
        NodeClient client = new NodeClient(node)) {
      alone = size(node, client);
    }
    progress.accept("starting a node on " + shape.tenants() + " tenants");
    try (NodeProcess node = start(many);
        NodeClient client = new NodeClient(node)) {
      return measure(many, node, client, alone);
    }
  }

  private NodeProcess start(TenantsBucket bucket) {
    Path work = bucket.bucket().resolveSibling("node");
    List<String> flags = new ArrayList<>(List.of("--multi-tenancy=true", "--rbac-enabled=true"));
    flags.addAll(options.flags());
    return NodeProcess.start(
        new NodeProcess.Place(options.java(), options.heap(), bucket.bucket(), work), flags);
  }

  private TenantsReport measure(
      TenantsBucket bucket, NodeProcess node, NodeClient client, Size alone) {
    int tenants = bucket.tenants().size();
    double idleStarted = idleRate(client);
    Size started = size(node, client);

    progress.accept("searching in each tenant");
    First first =
        first(client, tenants, n -> search(bucket, bucket.tenants().get(n), firstCollection()));
    Size touched = size(node, client);
    double idleOpen = idleRate(client);
    int open = Math.max(1, touched.openCollections());
    double perOpen = (double) (touched.heapBytes() - started.heapBytes()) / open;

    progress.accept("searching in built collections, in open ones, and anywhere");
    First firstBuilt =
        first(
            client,
            Math.min(tenants, BUILT_MAX),
            n -> search(bucket, bucket.tenants().get(n), bucket.built()));
    Latencies.Summary warm = warm(bucket, client);
    Latencies.Summary anywhere = anywhere(bucket, client);
    Listing listing = listing(bucket, client);

    progress.accept("writing in each tenant");
    First writes = first(client, tenants, n -> write(bucket, bucket.tenants().get(n)));
    double reconciled = reconciled(bucket, client, System.nanoTime());
    double idleWritten = idleRate(client);
    double idleQuiet = idleRate(client);
    Size written = size(node, client);
    return new TenantsReport(
        clock.instant().toString(),
        machine,
        bucket.shape(),
        alone,
        started,
        touched,
        written,
        perTenant(started, written, perOpen, tenants),
        perOpen,
        first,
        firstBuilt,
        warm,
        anywhere,
        writes.all(),
        listing,
        new Idle(idleStarted, idleOpen, idleWritten, idleQuiet),
        reconciled);
  }

  private static double perTenant(Size started, Size written, double perOpen, int tenants) {
    double grown = written.heapBytes() - started.heapBytes();
    return (grown - perOpen * written.openCollections()) / tenants;
  }

  private static String firstCollection() {
    return TenantsBucket.collection(0);
  }

  private byte[] search(TenantsBucket bucket, Tenant tenant, String collection) {
    float[] query = TenantsBucket.vectors(1, bucket.shape().dimension(), random)[0];
    return HttpConnection.request(
        "POST",
        "/v1/collections/" + collection + "/search",
        tenant.key(),
        NodeClient.search(query));
  }

  private byte[] write(TenantsBucket bucket, Tenant tenant) {
    float[] vector = TenantsBucket.vectors(1, bucket.shape().dimension(), random)[0];
    String row = NodeClient.append(new StringBuilder(), vector).toString();
    return HttpConnection.request(
        "POST",
        "/v1/collections/" + firstCollection() + "/vectors",
        tenant.key(),
        "{\"vectors\":[{\"id\":\"new\",\"vector\":" + row + "}]}");
  }

  private static First first(NodeClient client, int calls, IntFunction<byte[]> requests) {
    Latencies latencies = new Latencies();
    long before = client.storeRequests();
    for (int n = 0; n < calls; n++) {
      latencies.add(client.nanosOf(requests.apply(n)));
    }
    double perCall = (double) (client.storeRequests() - before) / calls;
    return new First(latencies.at(0), latencies.at(-1), latencies.summary(), perCall);
  }

  private Latencies.Summary warm(TenantsBucket bucket, NodeClient client) {
    int tenants = Math.min(bucket.tenants().size(), WARM_TENANTS_MAX);
    for (int n = 0; n < tenants; n++) {
      client.send(search(bucket, bucket.tenants().get(n), firstCollection()));
    }
    Latencies latencies = new Latencies();
    for (int n = 0; n < options.searches(); n++) {
      Tenant tenant = bucket.tenants().get(random.nextInt(tenants));
      latencies.add(client.nanosOf(search(bucket, tenant, firstCollection())));
    }
    return latencies.summary();
  }

  private Latencies.Summary anywhere(TenantsBucket bucket, NodeClient client) {
    Latencies latencies = new Latencies();
    for (int n = 0; n < options.searches(); n++) {
      Tenant tenant = bucket.tenants().get(random.nextInt(bucket.tenants().size()));
      String collection = TenantsBucket.collection(random.nextInt(bucket.shape().collections()));
      latencies.add(client.nanosOf(search(bucket, tenant, collection)));
    }
    return latencies.summary();
  }

  private static Listing listing(TenantsBucket bucket, NodeClient client) {
    byte[] tenants =
        HttpConnection.request("GET", "/v1/tenants?limit=1000", NodeProcess.OPERATOR_KEY, "");
    String key = bucket.tenants().getLast().key();
    byte[] collections = HttpConnection.request("GET", "/v1/collections?limit=1000", key, "");
    client.send(tenants);
    client.send(collections);
    long before = client.storeRequests();
    double tenantsMs = client.nanosOf(tenants) / 1e6;
    long between = client.storeRequests();
    double collectionsMs = client.nanosOf(collections) / 1e6;
    long after = client.storeRequests();
    return new Listing(tenantsMs, between - before, collectionsMs, after - between);
  }

  /** Waits until the usage of every tenant was counted. */
  private double reconciled(TenantsBucket bucket, NodeClient client, long begun) {
    long wanted = (long) bucket.tenants().size() * bucket.shape().collections();
    while (client.metric("akidb_tenant_collections") < wanted) {
      if (System.nanoTime() - begun > SETTLE_SECONDS_MAX * 1_000_000_000L) {
        throw new BenchException("the usage of tenants was not counted in time");
      }
      sleep(LOOK_MILLIS);
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  private double idleRate(NodeClient client) {
    long begun = System.nanoTime();
    long before = client.storeRequests();
    sleep(1000L * options.idleSeconds());
    client.reconnect();
    return (client.storeRequests() - before) / ((System.nanoTime() - begun) / 1e9);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }

  private static Size size(NodeProcess node, NodeClient client) {
    node.collectGarbage();
    return new Size(
        node.startMs(),
        client.heapBytes(),
        node.residentBytes(),
        node.threads(),
        (int) client.metric("akidb_open_collections"));
  }
}
