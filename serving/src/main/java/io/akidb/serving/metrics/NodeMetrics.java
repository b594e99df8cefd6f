package io.akidb.serving.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.DoubleSupplier;

/**
 * The node's counters, in a registry of its own. No label holds what a caller can make up: routes
 * are templates, status is a class, tenants and collections stay out. Thread-safe.
 */
public final class NodeMetrics {
  private static final double NANOS = 1e9;
  private static final double[] LATENCY_SECONDS = {
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Histogram requests =
      Histogram.builder()
          .name("akidb_http_request_duration_seconds")
          .help("Time to handle a request, by route and class of status.")
          .labelNames("method", "route", "status")
          .classicOnly()
          .classicUpperBounds(LATENCY_SECONDS)
          .register(registry);
  private final Histogram searches =
      Histogram.builder()
          .name("akidb_search_duration_seconds")
          .help("Time of one query vector's search, without HTTP.")
          .classicOnly()
          .classicUpperBounds(LATENCY_SECONDS)
          .register(registry);
  private final Counter partitionsProbed =
      Counter.builder()
          .name("akidb_search_partitions_probed")
          .help("Partitions searched.")
          .register(registry);
  private final Histogram commits =
      Histogram.builder()
          .name("akidb_commit_duration_seconds")
          .help("Time of one group commit.")
          .classicOnly()
          .classicUpperBounds(LATENCY_SECONDS)
          .register(registry);
  private final Counter committedWrites =
      Counter.builder()
          .name("akidb_committed_writes")
          .help("Write calls committed.")
          .register(registry);
  private final Counter committedRows =
      Counter.builder().name("akidb_committed_rows").help("Rows committed.").register(registry);
  private final Counter commitFailures =
      Counter.builder()
          .name("akidb_commit_failures")
          .help("Group commits that failed or whose outcome is unknown.")
          .register(registry);
  private final Counter shardDownloads =
      Counter.builder()
          .name("akidb_shard_downloads")
          .help("Shards fetched from the bucket.")
          .register(registry);
  private final Counter shardHits =
      Counter.builder()
          .name("akidb_shard_cache_hits")
          .help("Uses of a shard that was on this node.")
          .register(registry);
  private final Counter shardEvictions =
      Counter.builder()
          .name("akidb_shard_cache_evictions")
          .help("Shards thrown out of the cache.")
          .register(registry);

  /** With the JVM's own metrics. */
  public NodeMetrics() {
    JvmMetrics.builder().register(registry);
  }

  /** Where others register metrics of their own. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /** One request handled. */
  public void request(String method, String route, int status, long nanos) {
    requests.labelValues(method, route, status / 100 + "xx").observe(nanos / NANOS);
  }

  /** One query vector searched. */
  public void search(int partitions, long nanos) {
    searches.observe(nanos / NANOS);
    partitionsProbed.inc(partitions);
  }

  /** One group commit done. */
  public void commit(int writes, int rows, long nanos) {
    commits.observe(nanos / NANOS);
    committedWrites.inc(writes);
    committedRows.inc(rows);
  }

  /** One group commit failed. */
  public void commitFailed() {
    commitFailures.inc();
  }

  /** A shard was fetched. */
  public void shardDownloaded() {
    shardDownloads.inc();
  }

  /** A shard was there. */
  public void shardHit() {
    shardHits.inc();
  }

  /** A shard was thrown out. */
  public void shardEvicted() {
    shardEvictions.inc();
  }

  /** A value that is looked up when it is asked for. */
  public void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  /** Everything, in the text format of Prometheus. */
  public byte[] text() {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      PrometheusTextFormatWriter.create().write(bytes, registry.scrape());
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
