package io.akidb.bench.tenants;

import io.akidb.bench.BenchException;
import io.akidb.bench.data.PreparedData;
import io.akidb.bench.measure.Report;
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
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The same searches on the same collection by nodes and callers that differ only in how much is
 * checked, in turns. For one thread.
 */
public final class IsolationRun {
  static final String COLLECTION = "isolation";

  private static final int TURN = 50;
  private static final long SEED = 42;

  /** The first of the ways, by the node without tenants and roles: half as many as by the other. */
  private static final int OPEN_LANES = 2;

  /**
   * How it is to be measured.
   *
   * @param home for the bucket and caches
   * @param java its executable
   * @param heap most of a node's heap, as {@code 1g}
   * @param threads that build
   * @param forks pairs of nodes, one after another: two JVMs of the same code differ by what their
   *     compilers made of it
   * @param rounds with each pair
   * @param searches of each way in a round
   * @param warmSearches of each way before a pair's first round
   */
  public record Options(
      Path home,
      Path java,
      String heap,
      int threads,
      int forks,
      int rounds,
      int searches,
      int warmSearches) {}

  private final Options options;
  private final Report.Machine machine;
  private final Clock clock;
  private final Consumer<String> progress;
  private final Random random = new Random(SEED);

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
    Ways ways = new Ways();
    for (int fork = 0; fork < options.forks(); fork++) {
      progress.accept("nodes " + (fork + 1) + " of " + options.forks());
      try (NodeProcess open = start(bucket, "open" + fork, false);
          NodeProcess guarded = start(bucket, "guarded" + fork, true)) {
        List<Lane> lanes = lanes(open, guarded, fork, bodies);
        try {
          measure(lanes, ways);
        } finally {
          lanes.forEach(Lane::close);
        }
      }
    }
    return new IsolationReport(
        clock.instant().toString(),
        machine,
        data.meta(),
        options.forks() * options.rounds(),
        options.searches(),
        ways.medians());
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

  private static List<Lane> lanes(
      NodeProcess open, NodeProcess guarded, int fork, List<String> bodies) {
    try (NodeClient operator = new NodeClient(guarded)) {
      String user = Callers.viewer(operator);
      String token = Callers.token(operator, user);
      String filtered = Callers.filteredViewer(operator, "half-" + fork);
      return List.of(
          new Lane("one key, one tenant", open, NodeProcess.OPERATOR_KEY, bodies),
          new Lane("the same, again", open, NodeProcess.OPERATOR_KEY, bodies),
          new Lane("tenants, roles: operator", guarded, NodeProcess.OPERATOR_KEY, bodies),
          new Lane("tenants, roles: API key", guarded, user, bodies),
          new Lane("tenants, roles: JWT", guarded, token, bodies),
          new Lane("API key, filter of rows", guarded, filtered, bodies));
    }
  }

  private void measure(List<Lane> lanes, Ways ways) {
    turns(lanes, options.warmSearches());
    // As many to each node, whose compilers count calls.
    turns(lanes.subList(0, OPEN_LANES), options.warmSearches());
    for (int round = 0; round < options.rounds(); round++) {
      lanes.forEach(Lane::reset);
      turns(lanes, options.searches());
      ways.add(lanes);
    }
  }

  // In small turns, in another order each time: what else the machine does meets all of them alike,
  // and so does what the way before left in the processor's caches, which it shares or not.
  private void turns(List<Lane> lanes, int searches) {
    List<Lane> order = new ArrayList<>(lanes);
    for (int done = 0; done < searches; done += TURN) {
      Collections.shuffle(order, random);
      for (Lane lane : order) {
        lane.search(Math.min(TURN, searches - done));
      }
    }
  }
}
