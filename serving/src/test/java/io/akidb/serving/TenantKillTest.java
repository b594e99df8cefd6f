package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Users;
import io.akidb.serving.TenantChores.Known;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kill -9 of a node's process at random moments of creating, suspending, deleting, restoring and
 * purging tenants. More rounds, other moments: {@code -Dakidb.test.kill.rounds=50
 * -Dakidb.test.kill.seed=7}.
 */
class TenantKillTest {
  private static final String OPERATOR_KEY = "operator-key-of-the-tests";
  private static final long SEED = Long.getLong("akidb.test.kill.seed", 20261121);
  private static final int ROUNDS = Integer.getInteger("akidb.test.kill.rounds", 2);
  private static final int CLIENTS = 4;
  private static final long KILL_AFTER_MS_MAX = 900;

  @TempDir Path folder;
  private final TenantChores chores = new TenantChores(OPERATOR_KEY);
  private final TreeSet<String> halfMade = new TreeSet<>();

  private NodeProcess start(boolean purgesAtOnce) throws IOException {
    return new NodeProcess(
        Map.of(
            "AKIDB_BUCKET",
            folder.resolve("bucket").toString(),
            "AKIDB_ADMIN_API_KEY",
            OPERATOR_KEY,
            "AKIDB_MULTI_TENANCY",
            "true",
            "AKIDB_RBAC_ENABLED",
            "true"),
        List.of(
            "--port",
            "0",
            "--cache-dir",
            folder.resolve("cache").toString(),
            "--tenant-sweep-secs",
            "1",
            "--tenant-retention-hours",
            purgesAtOnce ? "0" : "720"),
        folder.resolve("log"));
  }

  private ObjectStore bucket() {
    return ObjectStores.open(
        new BucketConfig(
            folder.resolve("bucket").toString(), null, BucketConfig.DEFAULT_REGION, null, null));
  }

  @Test
  void kill_betweenAnyTwoSteps_leavesEachTenantWholeOrGone() throws Exception {
    Random random = new Random(SEED);
    List<List<Known>> hands =
        IntStream.range(0, CLIENTS).<List<Known>>mapToObj(c -> new ArrayList<>()).toList();
    for (int round = 0; round < ROUNDS; round++) {
      boolean purgesAtOnce = random.nextBoolean();
      try (NodeProcess node = start(purgesAtOnce);
          var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        check(node);
        int before = chores.acknowledged.get();
        List<Future<?>> clients = new ArrayList<>();
        for (List<Known> mine : hands) {
          Random own = new Random(random.nextLong());
          clients.add(
              threads.submit(
                  () -> {
                    chores.work(node, own, mine, purgesAtOnce);
                    return null;
                  }));
        }
        TestNode.await("work goes on", () -> chores.acknowledged.get() > before + CLIENTS);
        // When exactly it dies is what the test is about.
        LockSupport.parkNanos(Duration.ofMillis(random.nextLong(KILL_AFTER_MS_MAX)).toNanos());
        node.kill();
        for (Future<?> client : clients) {
          client.get();
        }
      }
      assertThat(chores.unanswered.get()).as("seed " + SEED).isEqualTo((round + 1) * CLIENTS);
    }
    try (NodeProcess node = start(false)) {
      check(node);
    }
    purge();
  }

  /** What a node that starts finds is what was acknowledged, or the one step that was not. */
  private void check(NodeProcess node) throws Exception {
    for (Known tenant : chores.known.values()) {
      JsonNode found =
          TestNode.JSON.readTree(call(node, "/tenants/" + tenant.id, OPERATOR_KEY, 200));
      String state = found.get("state").asText();
      assertThat(tenant.states).as("seed %d: %s", SEED, tenant).contains(state);
      if (tenant.states.contains("purging") && !state.equals("active")) {
        tenant.isPurgeDue = true;
      } else {
        tenant.states = Set.of(state);
      }
      call(node, "/collections", tenant.key, status(state));
      if (tenant.hasRow) {
        call(node, "/collections/c/vectors/x", tenant.key, status(state));
      }
    }
    try (ObjectStore store = bucket()) {
      Users users = new Users(store, Clock.systemUTC());
      ApiKeys keys = new ApiKeys(store, users, Clock.systemUTC(), new SecureRandom(), null);
      for (Map.Entry<String, String> each : unknown(store).entrySet()) {
        TenantId id = new TenantId(each.getKey());
        if (each.getValue().equals("creating")) {
          halfMade.add(id.value());
          call(node, "/tenants/" + id, OPERATOR_KEY, 404);
          call(node, "/collections", keys.issueFor(id).plaintext(), 401);
        } else {
          // Made, though nobody was told.
          assertThat(keys.list(id, null, 10).items()).as("seed %d: %s", SEED, each).hasSize(1);
          call(node, "/tenants/" + id, OPERATOR_KEY, 200);
        }
      }
    }
  }

  private static int status(String state) {
    return switch (state) {
      case "active" -> 200;
      case "suspended" -> 403;
      default -> 401;
    };
  }

  private static String call(NodeProcess node, String path, String key, int status)
      throws Exception {
    var answer = node.send("GET", path, "", key);
    assertThat(answer.statusCode())
        .as("seed %d: %s %s", SEED, path, answer.body())
        .isEqualTo(status);
    return answer.body();
  }

  /** The states of tenants whose creation was not acknowledged, by their ids. */
  private Map<String, String> unknown(ObjectStore store) {
    Map<String, String> states = new TreeMap<>();
    for (String key : keys(store, TenantNamespace.TENANTS_PREFIX)) {
      String[] parts = key.split("/", -1);
      String id = parts[2];
      if (key.equals(descriptor(id))
          && !chores.known.containsKey(id)
          && !id.equals("default")
          && !state(store, key).equals("purging")) {
        states.put(id, state(store, key));
      }
    }
    return states;
  }

  private static List<String> keys(ObjectStore store, String prefix) {
    List<String> keys = new ArrayList<>();
    String after = null;
    do {
      ListPage page = store.list(prefix, after, 1000);
      page.objects().stream().map(ObjectMetadata::key).forEach(keys::add);
      after = page.nextStartAfter();
    } while (after != null);
    return keys;
  }

  /** Hours later, a node's sweeps have removed what was half made and what was deleted for good. */
  private void purge() throws Exception {
    List<String> ids = new ArrayList<>(halfMade);
    chores.known.values().stream()
        .filter(tenant -> tenant.isPurgeDue)
        .forEach(tenant -> ids.add(tenant.id));
    Clock soon = Clock.offset(Clock.systemUTC(), Duration.ofHours(2));
    try (TestNode node = sweepingNode(soon)) {
      TestNode.await(
          "all but the descriptors is purged",
          () -> ids.stream().allMatch(id -> isPurgedToTheDescriptor(node.store(), id)));
    }
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(4));
    try (TestNode node = sweepingNode(later)) {
      TestNode.await(
          "the descriptors are gone",
          () -> ids.stream().allMatch(id -> keys(node.store(), prefix(id)).isEmpty()));
      for (String id : ids) {
        node.get("/tenants/" + id).expect(404);
        node.post("/tenants/" + id + "/restore", "").expect(404);
        node.send("GET", "/collections", null, "X-Tenant-ID", id).expect(404);
      }
    }
    try (ObjectStore store = bucket()) {
      List<String> left = keys(store, "akidb/");
      left.removeIf(key -> key.startsWith("akidb/system/audit/"));
      for (String id : ids) {
        assertThat(left).as("seed %d", SEED).noneMatch(key -> key.contains(id));
      }
      for (String key : left) {
        if (key.startsWith("akidb/system/api-keys/")) {
          String text = new String(store.get(key, 1 << 20).bytes(), StandardCharsets.UTF_8);
          assertThat(ids).as("seed %d: %s", SEED, key).noneMatch(text::contains);
        }
      }
    }
  }

  // A descriptor that went in an earlier purge is as good.
  private static boolean isPurgedToTheDescriptor(ObjectStore store, String id) {
    List<String> left = keys(store, prefix(id));
    return left.isEmpty()
        || (left.equals(List.of(descriptor(id)))
            && state(store, left.getFirst()).equals("purging"));
  }

  private static String state(ObjectStore store, String descriptor) {
    try {
      return TestNode.JSON.readTree(store.get(descriptor, 1 << 20).bytes()).get("state").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TestNode sweepingNode(Clock clock) {
    return TestNode.start(
        folder.resolve("bucket"),
        bucket(),
        folder.resolve("cache-of-sweeps"),
        clock,
        "--tenant-sweep-secs",
        "1");
  }

  private static String prefix(String id) {
    return new TenantNamespace(new TenantId(id)).prefix();
  }

  private static String descriptor(String id) {
    return new TenantNamespace(new TenantId(id)).tenantManifestKey();
  }
}
