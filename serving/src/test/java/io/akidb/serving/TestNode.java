package io.akidb.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.catalog.Catalog;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.serving.config.Settings;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A node in this process, on a local directory, spoken to by real HTTP. Every call is held to the
 * contract in {@code docs/openapi.yaml}.
 */
public final class TestNode implements AutoCloseable {
  public static final String OPERATOR_KEY = "operator-key-of-the-tests";
  public static final JsonMapper JSON = new JsonMapper();

  /** An answer. */
  public record Reply(int status, JsonNode json, HttpResponse<byte[]> http) {
    public String code() {
      return json.path("code").asText();
    }

    public String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }

    public Reply expect(int wanted) {
      if (status != wanted) {
        throw new AssertionError("status " + status + ", not " + wanted + ": " + json);
      }
      return this;
    }
  }

  private final Path bucket;
  private final ObjectStore store;
  private final Node node;
  private final HttpClient client = HttpClient.newHttpClient();
  private String key = OPERATOR_KEY;

  private TestNode(Path bucket, Node node, ObjectStore store) {
    this.bucket = bucket;
    this.node = node;
    this.store = store;
  }

  public static TestNode start(Path folder, String... flags) {
    Path bucket = folder.resolve("bucket");
    ObjectStore store =
        ObjectStores.open(
            new BucketConfig(bucket.toString(), null, BucketConfig.DEFAULT_REGION, null, null));
    return start(bucket, store, folder.resolve("cache"), flags);
  }

  public static TestNode start(Path bucket, ObjectStore store, Path cache, String... flags) {
    return start(bucket, store, cache, Clock.systemUTC(), flags);
  }

  /** With variables beside the operator's key. */
  static TestNode start(Path folder, Map<String, String> variables) {
    Path bucket = folder.resolve("bucket");
    ObjectStore store =
        ObjectStores.open(
            new BucketConfig(bucket.toString(), null, BucketConfig.DEFAULT_REGION, null, null));
    return start(bucket, store, folder.resolve("cache"), Clock.systemUTC(), variables);
  }

  static TestNode start(Path bucket, ObjectStore store, Path cache, Clock clock, String... flags) {
    return start(bucket, store, cache, clock, Map.of(), flags);
  }

  private static TestNode start(
      Path bucket,
      ObjectStore store,
      Path cache,
      Clock clock,
      Map<String, String> variables,
      String... flags) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--port",
                "0",
                "--cache-dir",
                cache.toString(),
                "--follow-interval-ms",
                "50",
                "--multi-tenancy",
                "true",
                "--rbac-enabled",
                "true"));
    arguments.addAll(List.of(flags));
    if (!arguments.contains("--auth-failures-per-second")) {
      // Tests are refused more often than callers are who know what they do.
      arguments.addAll(List.of("--auth-failures-per-second", "0"));
    }
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("AKIDB_ADMIN_API_KEY", OPERATOR_KEY);
    try {
      Node node = new Node(store, Settings.read(arguments, environment), clock, new SecureRandom());
      return new TestNode(bucket, node, store);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Node node() {
    return node;
  }

  public Path bucket() {
    return bucket;
  }

  public ObjectStore store() {
    return store;
  }

  public Catalog catalog() {
    return new Catalog(store, Clock.systemUTC());
  }

  public static TenantContext context() {
    return new TenantContext(TenantId.DEFAULT, "test");
  }

  public TestNode as(String newKey) {
    TestNode other = new TestNode(bucket, node, store);
    other.key = newKey;
    return other;
  }

  String key() {
    return key;
  }

  public Reply get(String path) {
    return send("GET", path, null);
  }

  public Reply post(String path, String json) {
    return send("POST", path, json);
  }

  public Reply put(String path, String json) {
    return send("PUT", path, json);
  }

  public Reply delete(String path) {
    return send("DELETE", path, null);
  }

  public Reply send(String method, String path, String json, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                json == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(json));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    if (json != null) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<byte[]> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      String type = answer.headers().firstValue("Content-Type").orElse("");
      JsonNode body =
          type.contains("json") && answer.body().length > 0
              ? JSON.readTree(answer.body())
              : JSON.createObjectNode();
      JsonNode sent = answer.statusCode() < 300 && json != null ? JSON.readTree(json) : null;
      Contract.check(method, path, sent, answer.statusCode(), body);
      return new Reply(answer.statusCode(), body, answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits for a condition, with a bound. */
  public static void await(String what, BooleanSupplier condition) {
    Instant end = Instant.now().plusSeconds(20);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(end)) {
        throw new AssertionError("not within 20 s: " + what);
      }
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    node.close();
    store.close();
    client.close();
  }
}
