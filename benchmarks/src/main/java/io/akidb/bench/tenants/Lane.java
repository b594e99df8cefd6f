package io.akidb.bench.tenants;

import java.util.List;

/** One way to search by a connection of its own, and what was measured of it. For one thread. */
final class Lane implements AutoCloseable {
  private static final double NANOS_PER_MILLI = 1e6;

  private final String name;
  private final NodeProcess node;
  private final NodeClient client;
  private final byte[][] requests;
  private Latencies latencies = new Latencies();
  private long cpuNanos;
  private int next;

  /**
   * Connects.
   *
   * @param bodies of the searches, which come one after another, over and over
   */
  Lane(String name, NodeProcess node, String key, List<String> bodies) {
    this.name = name;
    this.node = node;
    this.client = new NodeClient(node);
    this.requests =
        bodies.stream()
            .map(
                body ->
                    HttpConnection.request(
                        "POST",
                        "/v1/collections/" + IsolationRun.COLLECTION + "/search",
                        key,
                        body))
            .toArray(byte[][]::new);
  }

  String name() {
    return name;
  }

  /** Forgets what was measured, and begins with the first search. */
  void reset() {
    latencies = new Latencies();
    cpuNanos = 0;
    next = 0;
  }

  void search(int count) {
    long before = node.cpu().toNanos();
    for (int n = 0; n < count; n++) {
      latencies.add(client.nanosOf(requests[next++ % requests.length]));
    }
    cpuNanos += node.cpu().toNanos() - before;
  }

  double p50Ms() {
    return latencies.quantile(0.5);
  }

  double p99Ms() {
    return latencies.quantile(0.99);
  }

  /** Processor time of the node for a search. */
  double cpuMs() {
    return cpuNanos / NANOS_PER_MILLI / latencies.count();
  }

  @Override
  public void close() {
    client.close();
  }
}
