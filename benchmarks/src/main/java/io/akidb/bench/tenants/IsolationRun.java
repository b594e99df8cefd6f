package io.akidb.bench.tenants;

import io.akidb.bench.BenchException;
import io.akidb.bench.data.PreparedData;
import io.akidb.bench.measure.Report;
import io.akidb.bench.tenants.IsolationReport.Way;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The same searches on the same collection by nodes and callers that differ only in how much is
 * checked, in turns. For one thread.
 */
public final class IsolationRun {
  private static final String COLLECTION = "isolation";

  /**
   * How it is to be measured.
   *
   * @param home for the bucket and caches
   * @param java its executable
   * @param heap most of a node's heap, as {@code 1g}
   * @param threads that build
   * @param rounds in which each way has its turn
   * @param searches of each turn
   * @param warmSearches of each way before the first round
   */
  public record Options(
      Path home, Path java, String heap, int threads, int rounds, int searches, int warmSearches) {}

  /** A way to search, and what was measured of it. */
  private static final class Lane {
    private final String name;
    private final NodeProcess node;
    private final NodeClient client;
    private final byte[][] requests;
    private final double[] p50;
    private final double[] p99;
    private final double[] cpu;
    private int next;

    Lane(String name, NodeProcess node, String key, List<String> bodies, int rounds) {
      this.name = name;
      this.node = node;
      this.client = new NodeClient(node);
      this.requests =
          bodies.stream()
              .map(
                  body ->
                      HttpConnection.request(
                          "POST", "/v1/collections/" + COLLECTION + "/search", key, body))
              .toArray(byte[][]::new);
      this.p50 = new double[rounds];
      this.p99 = new double[rounds];
      this.cpu = new double[rounds];
    }

    void search(int count) {
      for (int n = 0; n < count; n++) {
        client.send(requests[next++ % requests.length]);
      }
    }

    void measure(int round, int count) {
      // What the turn before left to do must not be this one's.
      next = 0;
      search(Math.max(1, count / 10));
      next = 0;
      Latencies latencies = new Latencies();
      long before = node.cpu().toNanos();
      for (int n = 0; n < count; n++) {
        latencies.add(client.nanosOf(requests[next++ % requests.length]));
      }
      cpu[round] = (node.cpu().toNanos() - before) / 1e6 / count;
      p50[round] = latencies.quantile(0.5);
      p99[round] = latencies.quantile(0.99);
    }

    Way against(Lane first) {
      return new Way(
          name,
          median(p50),
          median(p99),
          median(cpu),
          median(ratios(p50, first.p50)),
          median(ratios(cpu, first.cpu)));
    }

    private static double[] ratios(double[] of, double[] to) {
      double[] ratios = new double[of.length];
      Arrays.setAll(ratios, i -> to[i] == 0 ? 1 : of[i] / to[i]);
      return ratios;
    }

    private static double median(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
  }

  private final Options options;
  private final Report.Machine machine;
  private final Clock clock;
  private final Consumer<String> progress;

  /** Measures as told. */
  public IsolationRun(
      Options options, Report.Machine machine, Clock clock, Consumer<String> progress) {
    this.options = options;
    this.machine = machine;
    this.clock = clock;
    this.progress = progress;
  }

  /** All of it. */
  public IsolationReport run(PreparedData data) {
    Path bucket = options.home().resolve("bucket");
    progress.accept("building " + data.meta().rows() + " x " + data.meta().dimension());
    build(data, bucket);
    List<String> bodies = new ArrayList<>();
    for (float[] query : data.queries()) {
      bodies.add(NodeClient.search(query));
    }
    try (NodeProcess open = start(bucket, "open", false);
        NodeProcess guarded = start(bucket, "guarded", true)) {
      List<Lane> lanes = lanes(open, guarded, bodies);
      try {
        return measure(data, lanes);
      } finally {
        lanes.forEach(lane -> lane.client.close());
      }
    }
  }

  private void build(PreparedData data, Path bucket) {
    try {
      Folders.delete(options.home());
      Path temporary = Files.createDirectories(options.home().resolve("temporary"));
      BucketConfig config =
          new BucketConfig(bucket.toString(), null, BucketConfig.DEFAULT_REGION, null, null);
      try (ObjectStore store = ObjectStores.open(config)) {
        new TenantRegistry(store, clock).ensureDefault();
        CollectionBuild build = new CollectionBuild(store, temporary, clock, options.threads());
        VectorCollection collection =
            new Catalog(store, clock)
                .create(
                    new TenantContext(TenantId.DEFAULT, "benchmark"),
                    new CollectionName(COLLECTION),
                    CollectionBuild.schema(
                        data.meta().dimension(), Metric.valueOf(data.meta().metric().name())));
        float[][] rows = data.base();
        build.append(collection, rows);
        build.build(collection, rows, data.meta().metric());
      }
    } catch (IOException e) {
      throw new BenchException("cannot write to " + options.home() + ": " + e, e);
    }
  }

  private NodeProcess start(Path bucket, String name, boolean guarded) {
    return NodeProcess.start(
        new NodeProcess.Place(options.java(), options.heap(), bucket, options.home().resolve(name)),
        List.of("--multi-tenancy=" + guarded, "--rbac-enabled=" + guarded));
  }

  private List<Lane> lanes(NodeProcess open, NodeProcess guarded, List<String> bodies) {
    int rounds = options.rounds();
    try (NodeClient operator = new NodeClient(guarded)) {
      String user = Callers.viewer(operator);
      String token = Callers.token(operator, user);
      String filtered = Callers.filteredViewer(operator);
      return List.of(
          new Lane("one key, one tenant", open, NodeProcess.OPERATOR_KEY, bodies, rounds),
          new Lane("the same node, again", open, NodeProcess.OPERATOR_KEY, bodies, rounds),
          new Lane("tenants, roles: operator", guarded, NodeProcess.OPERATOR_KEY, bodies, rounds),
          new Lane("tenants, roles: API key", guarded, user, bodies, rounds),
          new Lane("tenants, roles: JWT", guarded, token, bodies, rounds),
          new Lane("the key, filter of rows", guarded, filtered, bodies, rounds));
    }
  }

  private IsolationReport measure(PreparedData data, List<Lane> lanes) {
    progress.accept("warming up");
    // In small turns, so that the compiler of each node sees the same.
    int turns = 10;
    for (int turn = 0; turn < turns; turn++) {
      lanes.forEach(lane -> lane.search(Math.max(1, options.warmSearches() / turns)));
    }
    for (int round = 0; round < options.rounds(); round++) {
      progress.accept("round " + (round + 1) + " of " + options.rounds());
      for (int i = 0; i < lanes.size(); i++) {
        // Another one begins each round.
        lanes.get((i + round) % lanes.size()).measure(round, options.searches());
      }
    }
    return new IsolationReport(
        clock.instant().toString(),
        machine,
        data.meta(),
        options.rounds(),
        options.searches(),
        lanes.stream().map(lane -> lane.against(lanes.getFirst())).toList());
  }
}
