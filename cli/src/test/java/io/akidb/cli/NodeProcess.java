package io.akidb.cli;

import io.akidb.cli.process.Child;
import io.akidb.cli.process.Installation;
import io.akidb.cli.process.Program;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, on a free port. */
final class NodeProcess implements AutoCloseable {
  static final String OPERATOR_KEY = "the-operator-of-the-test-0123456789";
  private static final String READY = "ready ";
  private static final long START_SECS = 90;

  private final Child child;
  private final String url;

  private NodeProcess(Child child, String url) {
    this.child = child;
    this.url = url;
  }

  /** Starts one on a local bucket, and waits until it answers. */
  static NodeProcess start(Map<String, String> environment, Path folder, Path bucket)
      throws Exception {
    return start(environment, folder, bucket.toString());
  }

  /** Starts one on any bucket, whose endpoint and credentials stand in the environment. */
  static NodeProcess start(Map<String, String> environment, Path folder, String bucket)
      throws Exception {
    CompletableFuture<String> ready = new CompletableFuture<>();
    Map<String, String> all = new HashMap<>(environment);
    all.put("AKIDB_ADMIN_API_KEY", OPERATOR_KEY);
    all.put("AKIDB_MULTI_TENANCY", "true");
    all.put("AKIDB_RBAC_ENABLED", "true");
    Child child =
        Child.start(
            Installation.of(environment)
                .command(
                    Program.NODE,
                    "512m",
                    List.of(
                        "--bucket",
                        bucket,
                        "--port",
                        "0",
                        "--cache-dir",
                        folder.resolve("cache").toString())),
            all,
            folder.resolve("node.log"),
            line -> {
              if (line.startsWith(READY)) {
                ready.complete(line.substring(READY.length()));
              }
            });
    child.onEnd(() -> ready.completeExceptionally(new IllegalStateException("it ended")));
    try {
      return new NodeProcess(child, ready.get(START_SECS, TimeUnit.SECONDS));
    } catch (Exception e) {
      String log = child.lastLines();
      child.close();
      throw new IllegalStateException("the node did not start:\n" + log, e);
    }
  }

  String url() {
    return url;
  }

  RestClient client(String apiKey) {
    return new RestClient(URI.create(url + "/"), apiKey, null);
  }

  @Override
  public void close() {
    child.close();
  }
}
