package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.serving.TestNode.Reply;
import io.akidb.tenancy.CollectionName;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that a role hides do not exist for whoever has it, in the fresh tier and in an index. */
class RowFilterServingTest {
  private static final int ROWS = 120;

  @TempDir Path folder;
  private TestNode node;
  private TestNode eu;
  private VectorCollection collection;

  @BeforeEach
  void start() {
    node = TestNode.start(folder);
    node.post(
            "/collections",
            json(
                "{'name': 'c', 'vector_dim': 4, 'distance': 'l2', 'attributes': {'region':"
                    + " 'string', 'n': 'long'}}"))
        .expect(201);
    collection = node.catalog().open(TestNode.context(), new CollectionName("c"));
    eu = holderOf("eu", "{'region': 'eu'}");
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private TestNode holderOf(String role, String filter) {
    return holderOf(node, role, filter);
  }

  private static TestNode holderOf(TestNode node, String role, String filter) {
    node.post(
            "/roles",
            json(
                "{'name': '"
                    + role
                    + "', 'permissions': ['collections.read', 'vectors.search', 'vectors.insert',"
                    + " 'vectors.delete', 'collections.delete'], 'row_filter': "
                    + filter
                    + "}"))
        .expect(201);
    JsonNode user =
        node.post("/users", json("{'email': '" + role + "@b.c', 'role': '" + role + "'}"))
            .expect(201)
            .json();
    return node.as(user.get("api_key").asText());
  }

  private static String row(String id, String region, int n) {
    return json(
        "{'id': '%s', 'vector': [%d, 0, 0, 1], 'payload': {'region': '%s', 'n': %d, 'free': %d}}"
            .formatted(id, n, region, n, n));
  }

  // Every third row is the EU's.
  private void fill() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(row(idOf(i), i % 3 == 0 ? "eu" : "us", i));
    }
    node.post("/collections/c/vectors", "{\"vectors\": " + rows + "}").expect(200);
  }

  private static String idOf(int n) {
    return "v%03d".formatted(n);
  }

  private void build() throws Exception {
    Manifest built = new TestBuilds(node.store(), folder).build(collection, 2);
    String build = built.index().buildId().toString();
    TestNode.await(
        "the build is served",
        () ->
            node.post("/collections/c/search", json("{'id': 'v000', 'explain': true}"))
                .json()
                .at("/explain/0/build_id")
                .asText()
                .equals(build));
  }

  private Set<String> found(String body) {
    Set<String> ids = new TreeSet<>();
    eu.post("/collections/c/search", json(body))
        .expect(200)
        .json()
        .get("results")
        .forEach(hit -> ids.add(hit.get("id").asText()));
    return ids;
  }

  private static Set<String> visible() {
    Set<String> ids = new TreeSet<>();
    for (int i = 0; i < ROWS; i += 3) {
      ids.add(idOf(i));
    }
    return ids;
  }

  private void checkThatHiddenRowsAreMissing() {
    assertThat(found("{'vector': [0, 0, 0, 1], 'k': 500}")).isEqualTo(visible());
    assertThat(found("{'vector': [0, 0, 0, 1], 'k': 500, 'filter': {'region': 'us'}}")).isEmpty();
    assertThat(found("{'vector': [0, 0, 0, 1], 'k': 500, 'filter': {'$not': {'region': 'eu'}}}"))
        .isEmpty();
    assertThat(
            found(
                "{'vector': [0, 0, 0, 1], 'k': 500, 'filter': {'$or': [{'region': 'us'}, {'n':"
                    + " 3}]}}"))
        .containsExactly("v003");
    assertThat(found("{'vector': [1, 0, 0, 1], 'k': 500, 'radius': 1.5}")).containsExactly("v000");
    assertThat(found("{'id': 'v003', 'k': 1}")).containsExactly("v003");

    same(eu.post("/collections/c/search", json("{'id': 'v001'}")), "/search");
    same(eu.get("/collections/c/vectors/v001"), "/vectors/v001");
    assertThat(eu.get("/collections/c/vectors/v003").status()).isEqualTo(200);
    JsonNode fetched =
        eu.post("/collections/c/vectors/fetch", json("{'ids': ['v000', 'v001', 'none']}"))
            .expect(200)
            .json();
    assertThat(fetched.get("vectors")).hasSize(1);
    assertThat(fetched.get("missing").toString()).isEqualTo("[\"v001\",\"none\"]");
    assertThat(scrolled()).isEqualTo(List.copyOf(visible()));

    JsonNode described = eu.get("/collections/c").expect(200).json();
    assertThat(described.get("vector_count").asInt()).isEqualTo(ROWS / 3);
    for (String count : List.of("indexed_rows", "fresh_rows", "fresh_bytes", "index_bytes")) {
      assertThat(described.has(count)).as(count).isFalse();
      assertThat(eu.get("/collections").json().at("/items/0").has(count)).as(count).isFalse();
    }
    assertThat(described.get("index").has("indexed")).isFalse();
    assertThat(eu.get("/collections/c/index").expect(200).json().has("fresh")).isFalse();
    eu.post("/collections/c/search", json("{'vector': [0, 0, 0, 1], 'explain': true}")).expect(403);
    assertThat(node.get("/collections/c").json().get("vector_count").asInt()).isEqualTo(ROWS);
  }

  // A hidden row is answered just as one that is nowhere.
  private void same(Reply hidden, String call) {
    Reply missing =
        call.equals("/search")
            ? eu.post("/collections/c/search", json("{'id': 'none'}"))
            : eu.get("/collections/c/vectors/none");
    assertThat(hidden.status()).isEqualTo(404);
    assertThat(((ObjectNode) hidden.json()).without("request_id").toString())
        .isEqualTo(((ObjectNode) missing.json()).without("request_id").toString());
  }

  private List<String> scrolled() {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = eu.get("/collections/c/vectors?limit=7" + cursor).expect(200).json();
      page.get("items").forEach(item -> ids.add(item.get("id").asText()));
      cursor =
          page.get("next_cursor").isNull() ? null : "&cursor=" + page.get("next_cursor").asText();
    } while (cursor != null);
    return ids;
  }

  @Test
  void hiddenRows_inTheFreshTier_areMissing() {
    fill();
    checkThatHiddenRowsAreMissing();
  }

  @Test
  void hiddenRows_inAnIndex_areMissing() throws Exception {
    fill();
    build();
    checkThatHiddenRowsAreMissing();
  }

  @Test
  void rowThatChangesSides_appearsAndVanishes() throws Exception {
    fill();
    build();
    node.post(
            "/collections/c/vectors",
            "{\"vectors\": [" + row("v000", "us", 0) + "," + row("v001", "eu", 1) + "]}")
        .expect(200);
    assertThat(found("{'vector': [0, 0, 0, 1], 'k': 500}")).contains("v001").doesNotContain("v000");
    assertThat(scrolled()).contains("v001").doesNotContain("v000");
    eu.get("/collections/c/vectors/v000").expect(404);
    eu.get("/collections/c/vectors/v001").expect(200);
  }

  @Test
  void delete_sparesWhatIsHidden() throws Exception {
    fill();
    build();
    String path = "/collections/c/vectors/delete";
    assertThat(deleted(path, "{'ids': ['v000', 'v001', 'none']}")).isEqualTo(1);
    assertThat(deleted(path, "{'ids': ['v001']}")).isZero();
    assertThat(deleted(path, "{'filter': {'n': {'$lt': 9}}}")).isEqualTo(2);
    assertThat(deleted(path, "{'filter': {'region': 'us'}}")).isZero();
    assertThat(node.get("/collections/c").json().get("vector_count").asInt()).isEqualTo(ROWS - 3);
    node.get("/collections/c/vectors/v001").expect(200);
    eu.delete("/collections/c").expect(403);
  }

  private int deleted(String path, String body) {
    return eu.post(path, json(body)).expect(200).json().get("deleted").asInt();
  }

  @Test
  void upsert_ofWhatItCouldNotSee_orOverWhatItCannot_isRefused() throws Exception {
    fill();
    String path = "/collections/c/vectors";
    Reply outside = eu.post(path, "{\"vectors\": [" + row("new", "us", 1) + "]}").expect(400);
    assertThat(outside.json().at("/errors/0/pointer").asText()).isEqualTo("/vectors/0/payload");
    eu.post(path, json("{'vectors': [{'id': 'new', 'vector': [1, 2, 3, 4]}]}")).expect(400);
    for (int round = 0; round < 2; round++) {
      Reply taken =
          eu.post(path, "{\"vectors\": [" + row("new", "eu", 1) + "," + row("v001", "eu", 1) + "]}")
              .expect(409);
      assertThat(taken.json().get("detail").asText()).doesNotContain("v001");
      assertThat(node.get(path + "/v001").json().at("/payload/region").asText()).isEqualTo("us");
      build();
    }
    eu.post(path, "{\"vectors\": [" + row("new", "eu", 1) + "," + row("v000", "eu", 7) + "]}")
        .expect(200);
    assertThat(node.get(path + "/v000").json().at("/payload/n").asInt()).isEqualTo(7);
  }

  @Test
  void writes_whereTheNodeLacksTheIndexThatHidesARow_wait() throws Exception {
    ObjectStore shared = new InMemoryStore(Clock.systemUTC());
    HookedStore store = new HookedStore(shared);
    AtomicBoolean broken = new AtomicBoolean(true);
    store.before(
        (method, key) -> {
          if (broken.get() && key.contains("/shards/")) {
            throw new StoreUnavailableException("shards are out of reach", null);
          }
        });
    Path cache = folder.resolve("behind");
    try (TestNode behind = TestNode.start(folder, store, cache, "--follow-interval-ms", "60000");
        TestNode writer = TestNode.start(folder, shared, folder.resolve("writer"))) {
      String path = "/collections/b/vectors";
      writer
          .post(
              "/collections",
              json("{'name': 'b', 'vector_dim': 4, 'attributes': {'region': 'string'}}"))
          .expect(201);
      TestNode filtered = holderOf(behind, "eu", "{'region': 'eu'}");
      writer.post(path, "{\"vectors\": [" + row("x", "eu", 1) + "]}").expect(200);
      filtered.get(path + "/x").expect(200);
      writer.post(path, "{\"vectors\": [" + row("x", "us", 1) + "]}").expect(200);
      new TestBuilds(shared, folder)
          .build(writer.catalog().open(TestNode.context(), new CollectionName("b")), 1);
      behind.post(path, "{\"vectors\": [" + row("y", "eu", 2) + "]}").expect(200);

      String ids = json("{'ids': ['x']}");
      String over = "{\"vectors\": [" + row("x", "eu", 3) + "]}";
      CompletableFuture<Reply> deletion =
          CompletableFuture.supplyAsync(() -> filtered.post(path + "/delete", ids));
      assertThat(filtered.post(path, over).expect(503).code()).isEqualTo("not_caught_up");
      assertThat(deletion.get().expect(503).code()).isEqualTo("not_caught_up");

      broken.set(false);
      JsonNode deleted = filtered.post(path + "/delete", ids).expect(200).json();
      assertThat(deleted.get("deleted").asInt()).isZero();
      filtered.post(path, over).expect(409);
      behind.get(path + "/x").expect(200);
    }
  }

  @Test
  void filterOnUndeclaredAttribute_holdsToo() throws Exception {
    fill();
    TestNode few = holderOf("few", "{'free': {'$lt': 2}}");
    for (int round = 0; round < 2; round++) {
      assertThat(few.get("/collections/c").json().get("vector_count").asInt()).isEqualTo(2);
      assertThat(
              few.post("/collections/c/search", json("{'vector': [0, 0, 0, 1], 'k': 9}"))
                  .json()
                  .get("results"))
          .hasSize(2);
      few.get("/collections/c/vectors/v001").expect(200);
      few.get("/collections/c/vectors/v002").expect(404);
      build();
    }
  }

  @Test
  void filterThatDoesNotFitTheSchema_refusesRatherThanShows() {
    fill();
    TestNode wrong = holderOf("wrong", "{'$not': {'n': 'a text'}}");
    wrong.post("/collections/c/search", json("{'vector': [0, 0, 0, 1]}")).expect(403);
    wrong.get("/collections/c/vectors/v000").expect(403);
    wrong.get("/collections/c/vectors").expect(403);
    wrong.get("/collections/c").expect(403);
    wrong.post("/collections/c/vectors/delete", json("{'ids': ['v000']}")).expect(403);
  }

  @Test
  void asOf_anOlderGeneration_hidesTheSame() {
    fill();
    long generation = node.get("/collections/c").json().get("generation").asLong();
    node.post("/collections/c/vectors", "{\"vectors\": [" + row("later", "eu", 1) + "]}")
        .expect(200);
    assertThat(found("{'vector': [0, 0, 0, 1], 'k': 500, 'as_of': " + generation + "}"))
        .isEqualTo(visible());
  }

  @Test
  void quotasReached_tellWhoeverHasARowFilterNoCounts() {
    for (String quotas :
        List.of("{'max_vectors_per_collection': 3}", "{'max_storage_bytes': 20000}")) {
      JsonNode tenant =
          node.post("/tenants", json("{'name': 'acme', 'quotas': " + quotas + "}"))
              .expect(201)
              .json();
      TestNode admin = node.as(tenant.get("api_key").asText());
      admin
          .post(
              "/collections",
              json("{'name': 'c', 'vector_dim': 4, 'attributes': {'region': 'string'}}"))
          .expect(201);
      TestNode filtered = holderOf(admin, "eu", "{'region': 'eu'}");
      String path = "/collections/c/vectors";
      for (int i = 0; i < 3; i++) {
        admin.post(path, "{\"vectors\": [" + row(idOf(i), "us", i) + "]}").expect(200);
      }
      String more = "{\"vectors\": [" + wide("new") + "]}";
      String counted = told(admin.post(path, more));
      String uncounted = told(filtered.post(path, more));
      String quota = counted.substring(0, counted.indexOf(':'));

      assertThat(quotas).contains(quota);
      assertThat(counted).containsPattern("[0-9]+ of [0-9]+");
      assertThat(uncounted).startsWith(quota + ":").doesNotContainPattern("[0-9]");
    }
  }

  private static String told(Reply refused) {
    assertThat(refused.expect(403).code()).isEqualTo("quota_exceeded");
    return refused.json().get("detail").asText();
  }

  /** A row that no quota of these tests has room for. */
  private static String wide(String id) {
    return json(
        "{'id': '%s', 'vector': [1, 0, 0, 1], 'payload': {'region': 'eu', 'free': '%s'}}"
            .formatted(id, "x".repeat(30_000)));
  }
}
