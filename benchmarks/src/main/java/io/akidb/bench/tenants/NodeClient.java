package io.akidb.bench.tenants;

import io.akidb.bench.BenchException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/** Calls a node by one connection, and reads its metrics. For one thread. */
final class NodeClient implements AutoCloseable {
  private final NodeProcess node;
  private HttpConnection connection;

  NodeClient(NodeProcess node) {
    this.node = node;
    this.connection = connect(node);
  }

  private static HttpConnection connect(NodeProcess node) {
    try {
      return new HttpConnection(node.port());
    } catch (IOException e) {
      throw new BenchException("the node cannot be reached: " + e, e);
    }
  }

  /** After a silence, at the end of which the node may have closed the connection. */
  void reconnect() {
    connection.close();
    connection = connect(node);
  }

  /** Sends a request of {@link HttpConnection#request}; another answer than 2xx is a failure. */
  HttpConnection.Reply send(byte[] request) {
    try {
      HttpConnection.Reply reply = connection.send(request);
      if (reply.status() / 100 != 2) {
        throw new BenchException("the node answered " + reply.status() + ": " + reply.text());
      }
      return reply;
    } catch (IOException e) {
      throw new BenchException("the node did not answer: " + e, e);
    }
  }

  String get(String path, String key) {
    return send(HttpConnection.request("GET", path, key, "")).text();
  }

  /** How long one request takes, with all of its answer. */
  long nanosOf(byte[] request) {
    long begun = System.nanoTime();
    send(request);
    return System.nanoTime() - begun;
  }

  /** The sum of a metric over all of its labels; 0 if it is not there. */
  double metric(String name) {
    return metric(get("/metrics", NodeProcess.OPERATOR_KEY), name);
  }

  static double metric(String exposition, String name) {
    return Arrays.stream(exposition.split("\n"))
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Bytes of the heap that are in use. */
  long heapBytes() {
    return (long)
        Arrays.stream(get("/metrics", NodeProcess.OPERATOR_KEY).split("\n"))
            .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\"}"))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum();
  }

  long storeRequests() {
    return (long) metric("akidb_store_requests_total");
  }

  /** The body of a search for the ten nearest. */
  static String search(float[] vector) {
    StringBuilder body = new StringBuilder("{\"k\":10,\"vector\":");
    return append(body, vector).append('}').toString();
  }

  static StringBuilder append(StringBuilder body, float[] vector) {
    body.append('[');
    for (int i = 0; i < vector.length; i++) {
      body.append(i == 0 ? "" : ",").append(String.format(Locale.ROOT, "%.6f", vector[i]));
    }
    return body.append(']');
  }

  @Override
  public void close() {
    connection.close();
  }
}
