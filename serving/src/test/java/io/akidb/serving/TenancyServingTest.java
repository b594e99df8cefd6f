package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.serving.TestNode.Reply;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants, their keys, their quotas, and that none sees another. */
class TenancyServingTest {
  private static final List<String[]> COLLECTION_CALLS =
      List.of(
          new String[] {"GET", "/collections/NAME", null},
          new String[] {"DELETE", "/collections/NAME", null},
          new String[] {
            "POST", "/collections/NAME/vectors", "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}"
          },
          new String[] {"GET", "/collections/NAME/vectors", null},
          new String[] {"GET", "/collections/NAME/vectors/x", null},
          new String[] {"POST", "/collections/NAME/vectors/fetch", "{\"ids\":[\"x\"]}"},
          new String[] {"POST", "/collections/NAME/vectors/delete", "{\"ids\":[\"x\"]}"},
          new String[] {"POST", "/collections/NAME/search", "{\"vector\":[1,2]}"},
          new String[] {"POST", "/collections/NAME/search", "{\"id\":\"x\"}"},
          new String[] {"POST", "/collections/NAME/index", "{}"},
          new String[] {"GET", "/collections/NAME/index", null});

  @TempDir Path folder;
  private TestNode node;

  @BeforeEach
  void start() {
    node = TestNode.start(folder);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private JsonNode tenant(String quotas) {
    return node.post("/tenants", "{\"name\": \"acme\", \"quotas\": " + quotas + "}")
        .expect(201)
        .json();
  }

  private TestNode keyOf(JsonNode tenant) {
    return node.as(tenant.get("api_key").asText());
  }

  @Test
  void collectionOfAnother_onEveryRoute_answersAsAMissingOne() {
    TestNode owner = keyOf(tenant("{}"));
    TestNode other = keyOf(tenant("{}"));
    owner.post("/collections", "{\"name\": \"mine\", \"vector_dim\": 2}").expect(201);
    owner
        .post("/collections/mine/vectors", "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}")
        .expect(200);
    for (String[] call : COLLECTION_CALLS) {
      for (String base : new String[] {"", "/v1"}) {
        Reply theirs = other.send(call[0], base + call[1].replace("NAME", "mine"), call[2]);
        Reply missing = other.send(call[0], base + call[1].replace("NAME", "none"), call[2]);
        Reply nameless = other.send(call[0], base + call[1].replace("NAME", "..%20"), call[2]);

        assertThat(theirs.status()).as(call[0] + call[1]).isEqualTo(404);
        assertThat(withoutId(theirs)).isEqualTo(withoutId(missing)).isEqualTo(withoutId(nameless));
        assertThat(headers(theirs)).isEqualTo(headers(missing));
      }
    }
    assertThat(other.get("/collections").expect(200).json().get("items")).isEmpty();
    assertThat(owner.get("/collections/mine/vectors/x").status()).isEqualTo(200);
    assertThat(owner.get("/collections").json().at("/items/0/name").asText()).isEqualTo("mine");
  }

  private static JsonNode withoutId(Reply reply) {
    return ((ObjectNode) reply.json()).without("request_id");
  }

  private static List<String> headers(Reply reply) {
    return reply.http().headers().map().keySet().stream().sorted().toList();
  }

  @Test
  void tenants_withATenantsKey_areForbidden() {
    JsonNode tenant = tenant("{}");
    TestNode client = keyOf(tenant);
    String id = tenant.get("tenant_id").asText();
    for (Reply reply :
        List.of(
            client.get("/tenants"),
            client.post("/tenants", "{\"name\": \"b\"}"),
            client.delete("/tenants/" + id))) {
      assertThat(reply.expect(403).code()).isEqualTo("forbidden");
    }
    assertThat(client.get("/tenants/" + id).expect(200).json().get("name").asText())
        .isEqualTo("acme");
    client.get("/tenants/default").expect(404);
    assertThat(
            client.send("GET", "/collections", null, "X-Tenant-ID", "default").expect(403).code())
        .isEqualTo("forbidden");
    client.send("GET", "/collections", null, "X-Tenant-ID", id).expect(200);
  }

  @Test
  void tenant_renamedByItsAdministrator_keepsItsQuotasAndMetadata() {
    JsonNode tenant = tenant("{\"max_collections\": 3}");
    TestNode client = keyOf(tenant);
    String path = "/tenants/" + tenant.get("tenant_id").asText();
    String described =
        """
        {"name": "acme", "quotas": {"max_collections": 3}, "metadata": {"contract": "7"}}""";
    String etag = node.put(path, described).expect(200).header("ETag");
    assertThat(client.get(path).expect(200).header("ETag")).isEqualTo(etag);

    Reply changed = client.send("PUT", path, "{\"name\": \"new\"}", "If-Match", etag).expect(200);

    assertThat(changed.json().get("name").asText()).isEqualTo("new");
    assertThat(changed.json().at("/quotas/max_collections").asInt()).isEqualTo(3);
    assertThat(changed.json().at("/metadata/contract").asText()).isEqualTo("7");
    client.put(path, "{\"name\": \"x\", \"metadata\": {\"contract\": \"8\"}}").expect(403);
    client.send("PUT", path, "{\"name\": \"late\"}", "If-Match", etag).expect(412);
    client.send("PUT", path, "{\"name\": \"new\"}", "If-Match", "*").expect(200);
    client.put(path, "{\"name\": \"x\", \"quotas\": {\"max_collections\": 9}}").expect(403);
    client.put("/tenants/default", "{\"name\": \"x\"}").expect(404);
    assertThat(
            client
                .put(path, "{\"name\": \"newer\"}")
                .expect(200)
                .json()
                .at("/quotas/max_collections")
                .asInt())
        .isEqualTo(3);
    assertThat(node.get(path).json().get("name").asText()).isEqualTo("newer");
  }

  @Test
  void keys_missingWrongOrOfADeletedTenant_areRefused() {
    JsonNode tenant = tenant("{}");
    TestNode client = keyOf(tenant);
    client.get("/collections").expect(200);
    for (String key :
        List.of("", "wrong", "akidb_0123456789abcdef_" + "a".repeat(43), "x".repeat(5000))) {
      Reply refused = node.as(key).get("/collections").expect(401);
      assertThat(refused.code()).isEqualTo("unauthenticated");
      assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(refused.http().body()).asString().doesNotContain("xxxxx");
    }
    node.as("").send("GET", "/collections", null, "X-API-Key", TestNode.OPERATOR_KEY).expect(200);
    node.as("").send("GET", "/collections", null, "Authorization", "Basic abc").expect(401);

    node.delete("/tenants/" + tenant.get("tenant_id").asText()).expect(204);

    client.get("/collections").expect(401);
    Reply deleted = node.get("/tenants/" + tenant.get("tenant_id").asText()).expect(200);
    assertThat(deleted.json().get("state").asText()).isEqualTo("deleted");
  }

  @Test
  void tenant_createdReadReplacedListed_isWhatWasSaid() {
    JsonNode created = tenant("{\"max_collections\": 3}");
    String path = "/v1/tenants/" + created.get("tenant_id").asText();
    Reply read = node.get(path).expect(200);
    assertThat(read.json().at("/quotas/max_collections").asInt()).isEqualTo(3);
    assertThat(read.json().has("api_key")).isFalse();

    String etag = read.header("ETag");
    node.send("PUT", path, "{\"name\": \"new\", \"metadata\": {\"a\": \"b\"}}", "If-Match", etag)
        .expect(200);
    assertThat(node.send("PUT", path, "{\"name\": \"late\"}", "If-Match", etag).expect(412).code())
        .isEqualTo("precondition_failed");
    assertThat(node.get(path).json().get("name").asText()).isEqualTo("new");
    assertThat(node.get(path).json().at("/metadata/a").asText()).isEqualTo("b");

    int listed = 0;
    String cursor = "";
    do {
      JsonNode page = node.get("/tenants?limit=1" + cursor).expect(200).json();
      listed += page.get("items").size();
      cursor =
          page.get("next_cursor").isNull() ? null : "&cursor=" + page.get("next_cursor").asText();
    } while (cursor != null);
    assertThat(listed).isEqualTo(2);
    node.get("/tenants?cursor=../x").expect(400);
    node.delete("/tenants/default").expect(409);
    node.get("/tenants/not-a-tenant").expect(404);
    assertThat(
            node.put(path, "{\"name\": \"\"}").expect(400).json().at("/errors/0/pointer").asText())
        .isEqualTo("/name");
    node.post("/tenants", "{\"name\": \"a\", \"metadata\": {\"a\": 1}}").expect(400);
    node.post("/tenants", "{\"name\": \"a\", \"metadata\": 1}").expect(400);
    node.post("/tenants", "{\"name\": \"a\", \"quotas\": {\"max_collections\": 0}}").expect(400);
  }

  @Test
  void tenant_askedForTwiceWithOneIdempotencyKey_isMadeOnce() {
    String asked = "{\"name\": \"once\"}";
    String[] once = {"Idempotency-Key", "k"};
    String path = node.send("POST", "/tenants", asked, once).expect(201).header("Location");

    Reply again = node.send("POST", "/tenants", asked, once).expect(409);

    assertThat(again.json().get("detail").asText()).contains(path);
    assertThat(node.get("/tenants").json().get("items")).as("and 'default'").hasSize(2);

    String etag = node.get(path).header("ETag");
    String[] renaming = {"Idempotency-Key", "k", "If-Match", etag};
    Reply renamed = node.send("PUT", path, "{\"name\": \"new\"}", renaming).expect(200);
    Reply repeated = node.send("PUT", path, "{\"name\": \"new\"}", renaming).expect(200);
    assertThat(repeated.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(repeated.json()).isEqualTo(renamed.json());
    node.send("DELETE", path, null, once).expect(204);
    assertThat(node.send("DELETE", path, null, once).expect(204).header("Idempotency-Replayed"))
        .isEqualTo("true");
  }

  @Test
  void operator_withXTenantId_worksOnThatTenant() {
    JsonNode tenant = tenant("{}");
    String id = tenant.get("tenant_id").asText();
    node.send("POST", "/collections", "{\"name\": \"c\", \"vector_dim\": 2}", "X-Tenant-ID", id)
        .expect(201);
    keyOf(tenant).get("/collections/c").expect(200);
    node.get("/collections/c").expect(404);
    node.send("GET", "/collections", null, "X-Tenant-ID", "no-tenant").expect(404);
    node.send("GET", "/collections", null, "X-Tenant-ID", "11111111-1111-4111-8111-111111111111")
        .expect(404);
  }
}
