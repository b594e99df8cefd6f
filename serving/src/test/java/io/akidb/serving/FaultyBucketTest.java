package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStores;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.serving.TestNode.Reply;
import io.akidb.tenancy.CollectionName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients are told while the bucket fails, and that the node goes on when it is back. */
class FaultyBucketTest {
  private static final String ROW = "{\"vectors\": [{\"id\": \"a\", \"vector\": [1, 2]}]}";

  @TempDir Path folder;
  private HookedStore store;
  private TestNode node;

  @BeforeEach
  void start() {
    Path bucket = folder.resolve("bucket");
    store =
        new HookedStore(
            ObjectStores.open(
                new BucketConfig(
                    bucket.toString(), null, BucketConfig.DEFAULT_REGION, null, null)));
    node =
        TestNode.start(
            bucket,
            store,
            folder.resolve("cache"),
            "--commit-timeout-secs",
            "2",
            "--commit-queue-bytes-max",
            "1048576",
            "--requests-in-flight-max",
            "12");
    node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2, \"distance\": \"l2\"}")
        .expect(201);
    node.post("/collections/c/vectors", "{\"vectors\": [{\"id\": \"first\", \"vector\": [1, 1]}]}")
        .expect(200);
  }

  @AfterEach
  void stop() {
    store.before((method, key) -> {});
    node.close();
  }

  private static boolean isHead(String method, String key) {
    return method.equals("compareAndSwap") && key.endsWith("/c/manifest.json");
  }

  @Test
  void collections_ofWhichOneIsDamaged_areListedAllTheSame() {
    node.post("/collections", "{\"name\": \"broken\", \"vector_dim\": 2}").expect(201);
    store.put(
        "akidb/tenants/default/collections/broken/manifest.json",
        "{\"format\": garbage".getBytes(StandardCharsets.UTF_8));

    JsonNode items = node.get("/collections").expect(200).json().get("items");

    assertThat(items).hasSize(2);
    assertThat(items.get(0).toString()).isEqualTo("{\"name\":\"broken\",\"unreadable\":true}");
    assertThat(items.get(1).get("name").asText()).isEqualTo("c");
    assertThat(items.get(1).get("vector_dim").asInt()).isEqualTo(2);
    assertThat(items.get(1).has("unreadable")).isFalse();
    Reply refused = node.get("/collections/broken");
    assertThat(refused.expect(503).code()).isEqualTo("unavailable");
    node.get("/collections/c/vectors/first").expect(200);
  }

  @Test
  void lackOfMemory_inOneCall_leavesTheCollectionToOthers() {
    node.post("/collections", "{\"name\": \"d\", \"vector_dim\": 2}").expect(201);
    AtomicBoolean lacking = new AtomicBoolean(true);
    store.before(
        (method, key) -> {
          boolean isCommit = method.startsWith("put") && key.contains("/c/segments/");
          if (lacking.get() && (isCommit || key.endsWith("/d/manifest.json"))) {
            throw new OutOfMemoryError("of a test");
          }
        });
    assertThat(node.post("/collections/c/vectors", ROW).expect(503).code())
        .isEqualTo("outcome_unknown");
    assertThat(node.post("/collections/d/vectors", ROW).expect(503).code()).isEqualTo("overloaded");

    lacking.set(false);
    node.post("/collections/c/vectors", ROW).expect(200);
    node.post("/collections/d/vectors", ROW).expect(200);
  }

  @Test
  void records_ofWhichOneIsDamaged_areListedAllTheSame() {
    byte[] damaged = "{".getBytes(StandardCharsets.UTF_8);
    String tenant = "0b9c9c6e-36e5-4a6c-8a3e-0f1d5a6f6a51";
    store.put("akidb/tenants/" + tenant + "/manifest.json", damaged);
    assertNamed("/tenants", tenant, 1);

    JsonNode user = node.post("/users", "{\"email\": \"a@example.org\"}").expect(201).json();
    String userId = user.get("user_id").asText();
    assertThat(node.get("/users").json().has("unreadable")).isFalse();
    store.put("akidb/system/users/default/" + userId + ".json", damaged);
    assertNamed("/users", userId, 0);

    String keyId = user.get("api_key_id").asText();
    store.put("akidb/system/api-keys/" + keyId + ".json", damaged);
    assertNamed("/api-keys", keyId, 0);

    node.post("/roles", "{\"name\": \"whole\", \"permissions\": [\"vectors.search\"]}").expect(201);
    store.put("akidb/system/roles/default/broken.json", damaged);
    assertNamed("/roles", "broken", 1);
  }

  private void assertNamed(String path, String id, int others) {
    JsonNode page = node.get(path).expect(200).json();
    assertThat(page.get("items")).hasSize(others);
    assertThat(page.get("unreadable").toString()).isEqualTo("[\"" + id + "\"]");
  }

  @Test
  void write_whileTheBucketIsDown_isRefusedAndNothingIsWritten() {
    store.before(
        (method, key) -> {
          if (method.startsWith("put") || method.equals("compareAndSwap")) {
            throw new StoreUnavailableException("down: secret-host", null);
          }
        });

    Reply refused = node.post("/collections/c/vectors", ROW).expect(503);

    assertThat(refused.code()).isEqualTo("unavailable");
    assertThat(refused.header("Retry-After")).isEqualTo("1");
    assertThat(refused.json().toString())
        .doesNotContain("secret-host", "Exception", "akidb/tenants");
    store.before((method, key) -> {});
    node.get("/collections/c/vectors/a").expect(404);
    node.post("/collections/c/vectors", ROW).expect(200);
    node.get("/collections/c/vectors/a").expect(200);
  }

  @Test
  void write_whoseOutcomeIsUnknown_saysSoAndMayBeRepeated() {
    store.before(
        (method, key) -> {
          if (isHead(method, key)) {
            throw new OutcomeUnknownException("timed out", null);
          }
          if (method.startsWith("get") && key.endsWith("/c/manifest.json")) {
            throw new StoreUnavailableException("down", null);
          }
        });

    Reply unknown = node.post("/collections/c/vectors", ROW).expect(503);

    assertThat(unknown.code()).isEqualTo("outcome_unknown");
    assertThat(unknown.json().get("retryable").asBoolean()).isTrue();
    store.before((method, key) -> {});
    node.post("/collections/c/vectors", ROW).expect(200);
    assertThat(node.get("/collections/c").json().get("vector_count").asInt()).isEqualTo(2);
  }

  @Test
  void write_thatIsDurableButCannotBeAppliedYet_isAcknowledgedAndFoundLater() {
    AtomicInteger failures = new AtomicInteger(3);
    VectorCollection other = node.catalog().open(TestNode.context(), new CollectionName("c"));
    store.before(
        (method, key) -> {
          // Another writer's segment, which this node has to read before its own becomes
          // searchable.
          if (method.equals("open")
              && key.contains("/segments/")
              && failures.getAndDecrement() > 0) {
            throw new StoreUnavailableException("down", null);
          }
        });
    try (var writer = other.newSegment(folder.resolve("s"))) {
      writer.add(io.akidb.catalog.VectorRecord.upsert("theirs", 1, new float[] {5, 5}, null));
      other.append(List.of(writer.finish()), null, 0);
    }
    node.post("/collections/c/vectors", ROW).expect(200);

    TestNode.await(
        "both are there",
        () ->
            node.get("/collections/c/vectors/a").status() == 200
                && node.get("/collections/c/vectors/theirs").status() == 200);
  }

  @Test
  void reads_whileTheBucketIsDown_areAnsweredFromWhatIsOpen() {
    store.before(
        (method, key) -> {
          if (key.contains("/c/")) {
            throw new StoreUnavailableException("down", null);
          }
        });
    node.post("/collections/c/search", "{\"vector\": [1, 1]}").expect(200);
    assertThat(node.get("/collections/c").expect(503).code()).isEqualTo("unavailable");
    store.before(
        (method, key) -> {
          throw new StoreUnavailableException("down", null);
        });
    assertThat(node.as("").get("/health/ready").expect(503).code()).isEqualTo("unavailable");
    node.as("").get("/health/live").expect(200);
  }

  @Test
  void writes_thatWaitTooLong_areRefusedNotQueuedForever() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    store.before(
        (method, key) -> {
          if (isHead(method, key)) {
            try {
              blocked.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        });
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Reply>> writes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        writes.add(clients.submit(() -> node.post("/collections/c/vectors", ROW)));
      }
      List<String> codes = new ArrayList<>();
      for (Future<Reply> write : writes) {
        codes.add(write.get().code());
      }
      assertThat(codes)
          .allMatch(code -> code.equals("overloaded") || code.equals("outcome_unknown"));
      assertThat(codes).contains("overloaded", "outcome_unknown");
    } finally {
      blocked.countDown();
    }
    store.before((method, key) -> {});
    TestNode.await(
        "writes go through again", () -> node.post("/collections/c/vectors", ROW).status() == 200);
  }

  @Test
  void shard_thatIsDamagedInTheBucket_leavesTheOldIndexServing() throws Exception {
    VectorCollection collection = node.catalog().open(TestNode.context(), new CollectionName("c"));
    new TestBuilds(store, folder).build(collection, 1);
    TestNode.await(
        "built",
        () ->
            node.post("/collections/c/search", "{\"vector\": [1, 1], \"explain\": true}")
                    .json()
                    .at("/explain/0/partitions")
                    .asInt()
                == 1);
    node.post("/collections/c/vectors", ROW).expect(200);
    TestBuilds.Prepared next = new TestBuilds(store, folder).prepare(collection, 1);
    var shard = next.descriptor().shards().getFirst();
    String key =
        collection
            .context()
            .namespace()
            .shardKey(collection.name(), next.descriptor().buildId(), shard.partition());
    byte[] good = store.get(key, 1 << 24).bytes();
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    store.put(key, bad);
    Manifest published = next.publish();

    Reply search =
        node.post(
                "/collections/c/search",
                "{\"vector\": [1, 2], \"at_least\": \"" + published.commitToken() + "\"}")
            .expect(200);
    assertThat(search.json().at("/results/0/id").asText()).isEqualTo("a");

    store.put(key, good);
    TestNode.await(
        "the good shard is fetched",
        () ->
            published
                .index()
                .buildId()
                .toString()
                .equals(
                    node.post("/collections/c/search", "{\"vector\": [1, 1], \"explain\": true}")
                        .json()
                        .at("/explain/0/build_id")
                        .asText()));
    assertThat(new String(node.get("/metrics").http().body(), StandardCharsets.UTF_8))
        .contains("akidb_commit_failures_total");
  }
}
