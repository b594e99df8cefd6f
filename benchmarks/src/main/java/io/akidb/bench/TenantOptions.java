package io.akidb.bench;

import io.akidb.bench.data.PreparedData;
import io.akidb.bench.tenants.IsolationReport;
import io.akidb.bench.tenants.IsolationRun;
import io.akidb.bench.tenants.TenantsReport;
import io.akidb.bench.tenants.TenantsRun;
import io.akidb.bench.tenants.TenantsShape;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Options of the measurements of a node. */
final class TenantOptions {
  /** Rows of a collection on which isolation is measured, unless more or fewer are asked for. */
  static final int ISOLATION_ROWS = 20_000;

  private static final int DIMENSION = 32;

  @Option(
      names = "--tenants",
      defaultValue = "0",
      paramLabel = "N",
      description = "instead: a node with so many tenants")
  private int tenants;

  @Option(
      names = "--collections",
      defaultValue = "100",
      paramLabel = "N",
      description = "of each tenant (default: ${DEFAULT-VALUE})")
  private int collections;

  @Option(
      names = "--collection-rows",
      defaultValue = "50",
      paramLabel = "N",
      description = "vectors of each collection, 32 dimensions (default: ${DEFAULT-VALUE})")
  private int rows;

  @Option(
      names = "--searches",
      defaultValue = "5000",
      paramLabel = "N",
      description = "of each measurement of a node (default: ${DEFAULT-VALUE})")
  private int searches;

  @Option(
      names = "--idle-secs",
      defaultValue = "35",
      paramLabel = "N",
      description = "how long an idle node is watched (default: ${DEFAULT-VALUE})")
  private int idleSeconds;

  @Option(
      names = "--node-heap",
      defaultValue = "1g",
      description = "most of a node's heap (default: ${DEFAULT-VALUE})")
  private String nodeHeap = "";

  @Option(
      names = "--node-flag",
      paramLabel = "NAME=VALUE",
      description = "a setting of the node, as usage-count-secs=5; may be repeated")
  private List<String> nodeFlags = new ArrayList<>();

  @Option(
      names = "--isolation",
      description = "instead: what keeping tenants apart costs a search of --data, 20,000 rows")
  private boolean isIsolation;

  @Option(
      names = "--warm-searches",
      defaultValue = "20000",
      paramLabel = "N",
      description = "of each way before isolation is measured (default: ${DEFAULT-VALUE})")
  private int warmSearches;

  @Option(
      names = "--forks",
      defaultValue = "3",
      paramLabel = "N",
      description = "pairs of nodes by which isolation is measured (default: ${DEFAULT-VALUE})")
  private int forks;

  /** Whether many tenants are to be measured. */
  boolean isTenants() {
    return tenants > 0;
  }

  /** Whether the cost of keeping them apart is to be measured. */
  boolean isIsolation() {
    return isIsolation;
  }

  private static Path java() {
    return ProcessHandle.current().info().command().map(Path::of).orElse(Path.of("java"));
  }

  IsolationReport isolation(
      PreparedData data, Path home, int threads, int rounds, Clock clock, Consumer<String> log) {
    IsolationRun.Options options =
        new IsolationRun.Options(
            home.resolve("isolation"),
            java(),
            nodeHeap,
            threads,
            forks,
            rounds,
            searches,
            warmSearches);
    return new IsolationRun(options, MachineFacts.read(), clock, log).run(data);
  }

  TenantsReport tenants(Path home, boolean reuse, Clock clock, Consumer<String> progress) {
    TenantsRun.Options options =
        new TenantsRun.Options(
            home.resolve("tenants"),
            java(),
            nodeHeap,
            new TenantsShape(tenants, collections, rows, DIMENSION),
            searches,
            idleSeconds,
            reuse,
            nodeFlags.stream().map(flag -> "--" + flag).toList());
    return new TenantsRun(options, MachineFacts.read(), clock, progress).run();
  }
}
