package io.akidb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.CliException;
import io.akidb.cli.Json;
import io.akidb.cli.RestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Kills the node while it takes writes, and looks whether all that it acknowledged is there. */
final class KillDuringWrites {
  private static final int WRITES_MAX = 1000;
  private static final int ACKNOWLEDGED_BEFORE_KILL = 50;
  private static final int PATIENCE_SECS = 60;

  private final DemoNode node;
  private final DemoTenant tenant;
  private final float[] vector;

  KillDuringWrites(DemoNode node, DemoTenant tenant, float[] vector) {
    this.node = node;
    this.tenant = tenant;
    this.vector = vector;
  }

  /**
   * What became of the writes.
   *
   * @param acknowledged before the node died
   * @param missing of these, afterwards
   * @param restartMs from the kill until the node answered again
   */
  record Outcome(int acknowledged, int missing, double restartMs) {}

  Outcome run() {
    List<String> acknowledged = new ArrayList<>();
    CountDownLatch enough = new CountDownLatch(ACKNOWLEDGED_BEFORE_KILL);
    double restartMs;
    Thread writer = Thread.ofPlatform().name("writer").start(() -> write(acknowledged, enough));
    try {
      if (!enough.await(PATIENCE_SECS, TimeUnit.SECONDS)) {
        throw CliException.failed("the node takes no writes", null);
      }
      long killed = System.nanoTime();
      node.killAndRestart();
      restartMs = (System.nanoTime() - killed) / 1e6;
      writer.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted", e);
    }
    return new Outcome(acknowledged.size(), missing(acknowledged), restartMs);
  }

  private void write(List<String> acknowledged, CountDownLatch enough) {
    try (RestClient client = tenant.client(node.url())) {
      for (int i = 0; i < WRITES_MAX; i++) {
        String id = "written-" + i;
        client.call(
            "POST",
            "collections/" + tenant.collection() + "/vectors",
            DemoWrite.body(id, vector, "written before the kill"));
        acknowledged.add(id);
        enough.countDown();
      }
    } catch (CliException e) {
      // The node is dead: this write was not acknowledged.
    }
  }

  private int missing(List<String> ids) {
    try (RestClient client = tenant.client(node.url())) {
      JsonNode answer =
          client.call(
              "POST",
              "collections/" + tenant.collection() + "/vectors/fetch",
              Json.object().set("ids", Json.tree(ids)));
      return answer.path("missing").size();
    }
  }
}
