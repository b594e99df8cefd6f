package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.serving.TestNode.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quotas and rate limits of tenants, and what the metrics say of them. */
class TenantLimitsTest {
  private static final String A = "{\"name\": \"a\", \"vector_dim\": 2}";

  @TempDir Path folder;

  private static JsonNode tenant(TestNode node, String quotas) {
    return node.post("/tenants", "{\"name\": \"acme\", \"quotas\": " + quotas + "}")
        .expect(201)
        .json();
  }

  private static TestNode client(TestNode node, String quotas) {
    return node.as(tenant(node, quotas).get("api_key").asText());
  }

  private static String rows(String... ids) {
    List<String> rows = new ArrayList<>();
    for (String id : ids) {
      rows.add("{\"id\":\"" + id + "\",\"vector\":[1,2]}");
    }
    return "{\"vectors\":[" + String.join(",", rows) + "]}";
  }

  private static Reply refused(Reply reply, String... said) {
    assertThat(reply.expect(403).code()).isEqualTo("quota_exceeded");
    assertThat(reply.json().get("retryable").asBoolean()).isFalse();
    assertThat(reply.json().get("detail").asText()).contains(said).contains("ask the operator");
    return reply;
  }

  @Test
  void floodOfUnknownKeys_isRefusedWithoutAskingTheBucket() {
    HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
    AtomicInteger lookups = new AtomicInteger();
    store.before(
        (method, key) -> {
          if (key.contains("/api-keys/")) {
            lookups.incrementAndGet();
          }
        });
    try (TestNode node =
        TestNode.start(folder, store, folder.resolve("cache"), "--auth-failures-per-second", "1")) {
      int refused = 0;
      for (int i = 0; i < 60; i++) {
        String unknown = "akidb_%016x_%s".formatted(i, "s".repeat(43));
        TestNode.Reply reply = node.as(unknown).get("/collections");
        assertThat(reply.status()).isIn(401, 429);
        if (reply.status() == 429) {
          refused++;
          assertThat(reply.code()).isEqualTo("rate_limited");
          assertThat(Integer.parseInt(reply.header("Retry-After"))).isPositive();
        }
      }
      assertThat(refused).isPositive();
      assertThat(lookups.get()).as("reads of keys").isLessThanOrEqualTo(60 - refused + 10);
    }
  }

  @Test
  void collections_upToTheQuota_fitAndAgainAfterADrop() {
    try (TestNode node = TestNode.start(folder)) {
      TestNode client = client(node, "{\"max_collections\": 2}");
      client.post("/collections", A).expect(201);
      client.post("/collections", A).expect(409);
      client.post("/collections", A.replace("\"a\"", "\"b\"")).expect(201);
      refused(
          client.post("/collections", A.replace("\"a\"", "\"c\"")),
          "max_collections",
          "2 of 2 collections");
      client.delete("/collections/a").expect(204);
      client.post("/collections", A.replace("\"a\"", "\"c\"")).expect(201);
    }
  }

  @Test
  void vectors_upToTheQuota_fitAndMayBeReplaced() {
    try (TestNode node = TestNode.start(folder)) {
      TestNode client = client(node, "{\"max_vectors_per_collection\": 2}");
      client.post("/collections", A).expect(201);
      client.post("/collections/a/vectors", rows("x", "y")).expect(200);
      refused(
          client.post("/collections/a/vectors", rows("z")),
          "max_vectors_per_collection",
          "2 of 2 vectors");
      client.post("/collections/a/vectors", rows("x", "x", "y")).expect(200);
      client.post("/collections/a/vectors/delete", "{\"ids\": [\"y\"]}").expect(200);
      refused(client.post("/collections/a/vectors", rows("y", "z")), "brings 2 new ones");
      client.post("/collections/a/vectors", rows("z")).expect(200);
    }
  }

  @Test
  void callsAtOnce_cannotPassAQuotaTogether() throws Exception {
    try (TestNode node = TestNode.start(folder)) {
      TestNode client = client(node, "{\"max_collections\": 3, \"max_vectors_per_collection\": 5}");
      List<Integer> created =
          atOnce(12, i -> client.post("/collections", A.replace("\"a\"", "\"c" + i + "\"")));
      assertThat(created).hasSize(12);
      assertThat(created.stream().filter(status -> status == 201)).hasSize(3);

      String name = client.get("/collections").json().at("/items/0/name").asText();
      List<Integer> written =
          atOnce(20, i -> client.post("/collections/" + name + "/vectors", rows("v" + i)));
      assertThat(written.stream().filter(status -> status == 200)).hasSize(5);
      assertThat(client.get("/collections/" + name).json().get("vector_count").asInt())
          .isEqualTo(5);
    }
  }

  private interface CallOf {
    Reply make(int i);
  }

  private static List<Integer> atOnce(int calls, CallOf call) throws Exception {
    List<Integer> statuses = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Integer>> all =
          IntStream.range(0, calls)
              .<Callable<Integer>>mapToObj(i -> () -> call.make(i).status())
              .toList();
      for (Future<Integer> status : threads.invokeAll(all)) {
        statuses.add(status.get());
      }
    }
    return statuses;
  }

  @Test
  void storage_full_refusesWritesButNotDeletesAndSearches() {
    try (TestNode node = TestNode.start(folder)) {
      TestNode client = client(node, "{\"max_storage_bytes\": 10}");
      client.post("/collections", A).expect(201);
      refused(client.post("/collections/a/vectors", rows("x", "y")), "brings 18");
      client.post("/collections/a/vectors", rows("x")).expect(200);
      refused(client.post("/collections/a/vectors", rows("x")), "max_storage_bytes", "of 10 bytes");
      client.post("/collections/a/search", "{\"vector\": [1, 2]}").expect(200);
      client.post("/collections/a/vectors/delete", "{\"ids\": [\"x\"]}").expect(200);
    }
  }

  @Test
  void deletesOfWhatIsNotThere_takeStorage_andWhereThatIsFullOnlyWhatIsThereIsDeleted() {
    try (TestNode node = TestNode.start(folder)) {
      TestNode client = client(node, "{\"max_storage_bytes\": 20000}");
      client.post("/collections", A).expect(201);
      client.post("/collections/a/vectors", rows("x", "y")).expect(200);
      long generation = 0;
      for (int call = 0; call < 40; call++) {
        List<String> ids = new ArrayList<>(List.of(call == 39 ? "x" : "none"));
        for (int i = 0; i < 20; i++) {
          ids.add("%d-%d-%s".formatted(call, i, "z".repeat(100)));
        }
        Reply deleted =
            client
                .post(
                    "/collections/a/vectors/delete",
                    "{\"ids\": [\"" + String.join("\", \"", ids) + "\"]}")
                .expect(200);
        assertThat(deleted.json().get("deleted").asInt()).isEqualTo(call == 39 ? 1 : 0);
        generation = deleted.json().get("generation").asLong();
      }
      assertThat(generation).as("most of the calls wrote nothing").isLessThan(25);
      client.get("/collections/a/vectors/x").expect(404);
      client.get("/collections/a/vectors/y").expect(200);
    }
  }

  @Test
  void index_thatCannotFitTheStorage_isRefusedBeforeItIsBuilt() {
    try (TestNode node = TestNode.start(folder)) {
      TestNode client = client(node, "{\"max_storage_bytes\": 6000}");
      client.post("/collections", A).expect(201);
      String[] ids = new String[20];
      Arrays.setAll(ids, i -> "x" + i);
      client.post("/collections/a/vectors", rows(ids)).expect(200);
      refused(
          client.post("/collections/a/index", "{\"parameters\": {\"max_degree\": 128}}"),
          "max_storage_bytes",
          "of 6000 bytes");
      client.post("/collections/a/index", "{\"parameters\": {\"max_degree\": 4}}").expect(202);
    }
  }

  @Test
  void storage_usedByAnotherNode_countsAfterTheNextCount() {
    ObjectStore store = new InMemoryStore(Clock.systemUTC());
    try (TestNode one =
            TestNode.start(folder, store, folder.resolve("1"), "--usage-count-secs", "1");
        TestNode two = TestNode.start(folder, store, folder.resolve("2"))) {
      JsonNode tenant = tenant(one, "{\"max_storage_bytes\": 5000}");
      String key = tenant.get("api_key").asText();
      one.as(key).post("/collections", A).expect(201);
      one.as(key).post("/collections/a/vectors", rows("x")).expect(200);
      String large = "{\"vectors\":[{\"id\":\"y\",\"vector\":[1,2],\"payload\":{\"t\":\"%s\"}}]}";
      two.as(key).post("/collections/a/vectors", large.formatted("x".repeat(4000))).expect(200);
      TestNode.await(
          "the other node's bytes count here",
          () ->
              one.as(key).post("/collections/a/vectors", large.formatted("z".repeat(3000))).status()
                  == 403);
    }
  }

  @Test
  void quota_loweredBelowWhatIsUsed_holdsAtOnce() {
    try (TestNode node = TestNode.start(folder)) {
      JsonNode tenant = tenant(node, "{\"max_collections\": 5}");
      TestNode client = node.as(tenant.get("api_key").asText());
      client.post("/collections", A).expect(201);
      node.put(
              "/tenants/" + tenant.get("tenant_id").asText(),
              "{\"name\": \"acme\", \"quotas\": {\"max_collections\": 1}}")
          .expect(200);
      refused(client.post("/collections", A.replace("\"a\"", "\"b\"")), "1 of 1 collections");
    }
  }

  @Test
  void rateLimit_ofTheTenant_isToldAndAnswered429() {
    try (TestNode node = TestNode.start(folder)) {
      TestNode client = client(node, "{\"api_rate_limit_per_second\": 3}");
      Reply first = client.get("/collections").expect(200);
      assertThat(first.header("RateLimit-Limit")).isEqualTo("3");
      assertThat(first.header("RateLimit-Remaining")).isEqualTo("2");
      assertThat(first.header("RateLimit-Reset")).isEqualTo("1");
      Reply reply = first;
      for (int i = 0; i < 500 && reply.status() == 200; i++) {
        reply = client.get("/collections");
      }
      assertThat(reply.expect(429).code()).isEqualTo("rate_limited");
      assertThat(reply.header("Retry-After")).isEqualTo("1");
      assertThat(reply.header("RateLimit-Remaining")).isEqualTo("0");
      assertThat(reply.json().get("retryable").asBoolean()).isTrue();
      assertThat(reply.json().get("detail").asText()).contains("api_rate_limit_per_second");
      TestNode.await("tokens come back", () -> client.get("/collections").status() == 200);
      assertThat(node.get("/collections").expect(200).header("RateLimit-Limit"))
          .as("a tenant without a limit")
          .isEmpty();
    }
  }

  @Test
  void rateLimit_usedUpByTheTenant_keepsNoOperatorFromIt() {
    try (TestNode node = TestNode.start(folder)) {
      JsonNode tenant = tenant(node, "{\"api_rate_limit_per_second\": 1}");
      String id = tenant.get("tenant_id").asText();
      TestNode flood = node.as(tenant.get("api_key").asText());
      for (int i = 0; i < 20; i++) {
        flood.get("/collections");
        node.send("GET", "/api-keys", null, "X-Tenant-ID", id).expect(200);
      }
      String ofKeys = "{\"api_key_rate_limit_per_second\": 3}";
      String other = tenant(node, ofKeys).get("tenant_id").asText();
      Reply counted = node.send("GET", "/api-keys", null, "X-Tenant-ID", other).expect(200);
      assertThat(counted.header("RateLimit-Remaining")).as("of its own key").isEqualTo("2");
    }
  }

  @Test
  void rateLimit_whereTheOperatorsKeyIsTheOnlyOne_holdsForIt() {
    try (TestNode node = TestNode.start(folder, "--rbac-enabled", "false")) {
      String id = tenant(node, "{\"api_rate_limit_per_second\": 3}").get("tenant_id").asText();
      Reply counted = node.send("GET", "/collections", null, "X-Tenant-ID", id).expect(200);
      assertThat(counted.header("RateLimit-Remaining")).isEqualTo("2");
    }
  }

  @Test
  void rateLimit_sharedByNodes_admitsEachItsPart() {
    try (TestNode node = TestNode.start(folder, "--rate-limit-nodes", "4")) {
      TestNode client = client(node, "{\"api_rate_limit_per_second\": 8}");
      Reply first = client.get("/collections").expect(200);
      assertThat(first.header("RateLimit-Limit")).isEqualTo("8");
      assertThat(first.header("RateLimit-Remaining")).isEqualTo("1");
    }
  }

  @Test
  void rateLimit_withARedisThatIsNotThere_isByShareAndSaysSo() throws Exception {
    Path config = folder.resolve("node.properties");
    Files.writeString(config, "redis-url=redis://:s3cret@127.0.0.1:1/0");
    try (TestNode node =
        TestNode.start(folder, "--rate-limit-nodes", "4", "--config", config.toString())) {
      TestNode client = client(node, "{\"api_rate_limit_per_second\": 8}");
      Reply first = client.get("/collections").expect(200);
      assertThat(first.header("RateLimit-Remaining")).isEqualTo("1");
      assertThat(node.get("/health/ready").expect(200).json().get("rate_limits").asText())
          .isEqualTo("by_share");
      assertThat(metrics(node))
          .contains("akidb_rate_limits_shared 0.0")
          .contains("akidb_rate_limits_shared_losses_total 1.0");
    }
  }

  @Test
  void metrics_showTheBusiestTenantsAndTheRestAsOne() {
    try (TestNode node =
        TestNode.start(folder, "--tenant-metrics-max", "2", "--usage-count-secs", "1")) {
      List<JsonNode> tenants = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        JsonNode tenant = tenant(node, "{\"max_collections\": 1}");
        TestNode client = node.as(tenant.get("api_key").asText());
        client.post("/collections", A).expect(201);
        client.post("/collections/a/vectors", rows("x")).expect(200);
        refused(client.post("/collections", A.replace("\"a\"", "\"b\"")), "1 of 1 collections");
        tenants.add(tenant);
      }
      String first = tenants.get(0).get("tenant_id").asText();
      assertThat(metrics(node))
          .contains("akidb_tenant_api_requests_total{tenant=\"" + first + "\"} 3.0")
          .contains("akidb_tenant_api_requests_total{tenant=\"other\"} 6.0")
          .contains("akidb_tenant_collections{tenant=\"" + first + "\"} 1.0")
          .contains("akidb_tenant_collections{tenant=\"other\"} 2.0")
          .contains("quota_refusals_total{quota=\"max_collections\",tenant=\"other\"} 2.0");
      assertThat(
              metrics(node)
                  .lines()
                  .filter(line -> line.startsWith("akidb_tenant_storage_bytes{"))
                  .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))))
          .hasSize(3)
          .allMatch(bytes -> bytes > 0);

      TestNode busy = node.as(tenants.get(3).get("api_key").asText());
      String last = tenants.get(3).get("tenant_id").asText();
      TestNode.await(
          "the busiest gets a label",
          () -> {
            busy.get("/collections").expect(200);
            return metrics(node).contains("akidb_tenant_api_requests_total{tenant=\"" + last);
          });
      assertThat(
              metrics(node)
                  .lines()
                  .filter(line -> line.startsWith("akidb_tenant_api_requests_total{")))
          .hasSizeLessThanOrEqualTo(3);
    }
  }

  private static String metrics(TestNode node) {
    return new String(node.get("/metrics").http().body(), StandardCharsets.UTF_8);
  }
}
