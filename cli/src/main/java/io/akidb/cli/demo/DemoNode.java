package io.akidb.cli.demo;

import io.akidb.cli.CliException;
import io.akidb.cli.process.Child;
import io.akidb.cli.process.Installation;
import io.akidb.cli.process.Program;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The demonstration's node, which it starts, kills and starts again. For one thread. */
final class DemoNode implements AutoCloseable {
  private static final int START_SECS = 60;
  private static final String READY = "ready ";

  private final Installation installation;
  private final List<String> bucket;
  private final Map<String, String> environment;
  private final Path log;
  private Child child;
  private URI url;

  private DemoNode(
      Installation installation,
      List<String> bucket,
      Map<String, String> environment,
      int port,
      Path log) {
    this.installation = installation;
    this.bucket = List.copyOf(bucket);
    this.environment = environment;
    this.log = log;
    CompletableFuture<URI> ready = new CompletableFuture<>();
    this.child = launch(port, ready);
    this.url = await(ready);
  }

  /**
   * Starts a node and waits until it answers.
   *
   * @param bucket its {@code --bucket}, and what belongs to it
   * @param environment of the node, over this process's own
   * @param port 0 for a free one
   */
  static DemoNode start(
      Installation installation,
      List<String> bucket,
      Map<String, String> environment,
      String operatorKey,
      int port) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("AKIDB_ADMIN_API_KEY", operatorKey);
    // Two tenants, each with its own key, are what it shows.
    all.put("AKIDB_MULTI_TENANCY", "true");
    all.put("AKIDB_RBAC_ENABLED", "true");
    return new DemoNode(
        installation,
        bucket,
        Map.copyOf(all),
        port,
        installation.state().resolve("logs").resolve("demo-node.log"));
  }

  private Child launch(int port, CompletableFuture<URI> ready) {
    List<String> arguments = new ArrayList<>(bucket);
    arguments.addAll(List.of("--port", Integer.toString(port)));
    arguments.addAll(List.of("--cache-dir", installation.state().resolve("demo-cache").toString()));
    return Child.start(
        installation.command(Program.NODE, "2g", arguments),
        environment,
        log,
        line -> {
          if (line.startsWith(READY)) {
            ready.complete(URI.create(line.substring(READY.length()) + "/"));
          }
        });
  }

  private URI await(CompletableFuture<URI> ready) {
    child.onEnd(() -> ready.completeExceptionally(new IllegalStateException("the node ended")));
    try {
      return ready.get(START_SECS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      String last = child.lastLines();
      child.close();
      throw CliException.failed("the node did not start:\n" + last, e);
    }
  }

  /** Kills it as a power failure does, and starts it again on the same port. */
  void killAndRestart() {
    child.kill();
    CompletableFuture<URI> ready = new CompletableFuture<>();
    child = launch(url.getPort(), ready);
    url = await(ready);
  }

  /** Where it answers; ends with a slash. */
  URI url() {
    return url;
  }

  long pid() {
    return child.pid();
  }

  /** Waits until it ends, by a signal. */
  void awaitEnd() {
    child.await();
  }

  @Override
  public void close() {
    child.close();
  }
}
