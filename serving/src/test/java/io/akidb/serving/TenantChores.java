package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An operator that never rests: creates, suspends, resumes, deletes and restores tenants until its
 * node is gone, and remembers what it was told. Each tenant is in one thread's hands only.
 */
final class TenantChores {
  private static final String ROW = "{\"vectors\": [{\"id\": \"x\", \"vector\": [1, 2]}]}";

  /** A tenant whose creation was acknowledged. */
  static final class Known {
    final String id;
    final String key;
    boolean hasRow;
    boolean isPurgeDue;

    /** The states that it may be in, by what was acknowledged and what was not. */
    Set<String> states = Set.of("active");

    Known(String id, String key) {
      this.id = id;
      this.key = key;
    }

    @Override
    public String toString() {
      return id + " " + states;
    }
  }

  private final String operatorKey;
  final Map<String, Known> known = new ConcurrentHashMap<>();
  final AtomicInteger acknowledged = new AtomicInteger();
  final AtomicInteger unanswered = new AtomicInteger();

  TenantChores(String operatorKey) {
    this.operatorKey = operatorKey;
  }

  /**
   * Works until the node is gone.
   *
   * @param mine tenants of this thread
   * @param purgesAtOnce whether the node purges what is deleted
   */
  void work(NodeProcess node, Random random, List<Known> mine, boolean purgesAtOnce)
      throws InterruptedException {
    try {
      while (true) {
        Known tenant = mine.isEmpty() ? null : mine.get(random.nextInt(mine.size()));
        if (tenant == null || random.nextInt(2) == 0) {
          mine.add(create(node, random));
        } else {
          change(node, random, tenant, purgesAtOnce);
        }
        acknowledged.incrementAndGet();
      }
    } catch (IOException e) {
      unanswered.incrementAndGet();
    }
  }

  private Known create(NodeProcess node, Random random) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        node.send("POST", "/tenants", "{\"name\": \"acme\"}", operatorKey);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    JsonNode json = TestNode.JSON.readTree(answer.body());
    Known tenant = new Known(json.get("tenant_id").asText(), json.get("api_key").asText());
    known.put(tenant.id, tenant);
    if (random.nextInt(4) == 0) {
      String collection = "{\"name\": \"c\", \"vector_dim\": 2}";
      expect(node.send("POST", "/collections", collection, tenant.key), 201);
      expect(node.send("POST", "/collections/c/vectors", ROW, tenant.key), 200);
      tenant.hasRow = true;
    }
    return tenant;
  }

  private void change(NodeProcess node, Random random, Known tenant, boolean purgesAtOnce)
      throws IOException, InterruptedException {
    String path = "/tenants/" + tenant.id;
    String state = new ArrayList<>(tenant.states).getFirst();
    if (tenant.isPurgeDue) {
      expect(node.send("POST", path + "/restore", "", operatorKey), 409);
      expect(node.send("GET", "/collections", "", tenant.key), 401);
    } else if (state.equals("deleted")) {
      // Neither the request nor its answer may be lost half way: either state is right until then.
      tenant.states = Set.of("deleted", "active");
      expect(node.send("POST", path + "/restore", "", operatorKey), 200);
      tenant.states = Set.of("active");
    } else if (state.equals("suspended")) {
      tenant.states = Set.of("suspended", "active");
      expect(node.send("POST", path + "/resume", "", operatorKey), 200);
      tenant.states = Set.of("active");
    } else if (random.nextInt(4) == 0) {
      tenant.states = Set.of("active", "suspended");
      expect(node.send("POST", path + "/suspend", "", operatorKey), 200);
      tenant.states = Set.of("suspended");
    } else {
      Set<String> gone = purgesAtOnce ? Set.of("deleted", "purging") : Set.of("deleted");
      tenant.states =
          purgesAtOnce ? Set.of("active", "deleted", "purging") : Set.of("active", "deleted");
      expect(node.send("DELETE", path, "", operatorKey), 204);
      tenant.states = gone;
      tenant.isPurgeDue = purgesAtOnce;
    }
  }

  private static void expect(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }
}
