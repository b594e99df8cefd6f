package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.ApiKeys;
import io.akidb.serving.TestNode.Reply;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** API keys by REST: rotated, revoked, found by the key that made them. */
class ApiKeysServingTest extends IdentityFixture {
  @Test
  void apiKeys_createdListedRotatedRevoked() {
    String soon = Instant.now().plusSeconds(600).toString();
    JsonNode made =
        admin
            .post(
                "/api-keys",
                json("{'name': 'job', 'role': 'viewer', 'expires_at': '" + soon + "'}"))
            .expect(201)
            .json();
    String path = "/api-keys/" + made.get("api_key_id").asText();
    assertThat(made.get("api_key").asText()).startsWith(made.get("prefix").asText());
    JsonNode read = admin.get(path).expect(200).json();
    assertThat(read.get("expires_at").asText()).isEqualTo(soon);
    assertThat(read.has("api_key")).isFalse();
    assertThat(read.toString()).doesNotContain("sha");
    as(made).get("/collections").expect(200);
    as(made).get("/users").expect(403);

    JsonNode next = admin.post(path + "/rotate", json("{'overlap_secs': 600}")).expect(201).json();
    as(made).get("/collections").expect(200);
    as(next).get("/collections").expect(200);
    JsonNode third =
        admin
            .post(
                "/api-keys/" + next.get("api_key_id").asText() + "/rotate", "{\"overlap_secs\":0}")
            .expect(201)
            .json();
    as(next).get("/collections").expect(401);

    admin.delete(path).expect(204);
    as(made).get("/collections").expect(401);
    as(third).get("/collections").expect(200);
    admin.get(path).expect(404);
    admin.delete(path).expect(404);
    admin.delete("/api-keys/..%2Fx").expect(404);
    assertThat(node.get("/api-keys/" + third.get("api_key_id").asText()).status()).isEqualTo(404);
    List<String> listed = new ArrayList<>();
    admin.get("/api-keys").json().get("items").forEach(k -> listed.add(k.get("prefix").asText()));
    assertThat(listed).contains(third.get("prefix").asText()).hasSize(3);
  }

  @Test
  void keysMadeWithALostKey_areFoundAndRevokedWithIt() {
    JsonNode lost = admin.post("/api-keys", json("{'role': 'admin'}")).expect(201).json();
    JsonNode child = as(lost).post("/api-keys", json("{'role': 'admin'}")).expect(201).json();
    JsonNode grandchild = as(child).post("/users", json("{'email': 'x@y.z'}")).expect(201).json();
    JsonNode kept = admin.post("/api-keys", json("{'role': 'admin'}")).expect(201).json();
    String id = lost.get("api_key_id").asText();
    assertThat(child.get("created_by").asText()).isEqualTo("key:" + id);
    assertThat(child.get("created_with").asText()).isEqualTo(id);
    JsonNode listed = admin.get("/api-keys?created_with=" + id).expect(200).json().get("items");
    assertThat(listed)
        .extracting(key -> key.get("created_with").asText())
        .containsExactlyInAnyOrder(id, child.get("api_key_id").asText());
    as(grandchild).get("/collections").expect(403);

    admin.delete("/api-keys/" + id + "?with_created=yes").expect(400);
    admin.delete("/api-keys/" + id + "?with_created=true").expect(204);

    for (JsonNode gone : List.of(lost, child, grandchild)) {
      as(gone).get("/collections").expect(401);
    }
    as(kept).get("/collections").expect(200);
  }

  @Test
  void keysMadeWithALostKey_areFoundWhereTheirMakersAreGone() {
    JsonNode lost = admin.post("/api-keys", json("{'role': 'admin'}")).expect(201).json();
    JsonNode child = as(lost).post("/api-keys", json("{'role': 'admin'}")).expect(201).json();
    JsonNode grandchild = as(child).post("/api-keys", json("{'role': 'admin'}")).expect(201).json();
    as(grandchild).delete("/api-keys/" + child.get("api_key_id").asText()).expect(204);

    String key = "/api-keys/" + lost.get("api_key_id").asText();
    admin.delete(key + "?with_created=true").expect(204);

    as(grandchild).get("/collections").expect(401);
  }

  @Test
  void boundOfKeys_leavesNoUserWithoutOne() {
    ObjectStore store = new InMemoryStore(Clock.systemUTC());
    try (TestNode other = TestNode.start(folder, store, folder.resolve("full"))) {
      for (int i = 0; i < ApiKeys.KEYS_MAX; i++) {
        store.put("akidb/system/api-keys-of/default/%016x".formatted(i), new byte[0]);
      }
      Reply refused = other.post("/users", json("{'email': 'a@b.c'}")).expect(403);
      assertThat(refused.json().get("detail").asText()).startsWith("max_api_keys: ");
      assertThat(other.get("/users").expect(200).json().get("items")).isEmpty();
    }
  }

  @Test
  void idempotencyKey_ofAnother_answersNothingOfIt() {
    JsonNode second = user("'role': 'admin'");
    String body = json("{'role': 'viewer'}");
    Reply first = admin.send("POST", "/api-keys", body, "Idempotency-Key", "k").expect(201);
    Reply again = admin.send("POST", "/api-keys", body, "Idempotency-Key", "k").expect(409);
    Reply other = as(second).send("POST", "/api-keys", body, "Idempotency-Key", "k").expect(201);
    assertThat(again.json().get("detail").asText())
        .contains(first.header("Location"))
        .doesNotContain(first.json().get("api_key").asText());
    assertThat(other.json().get("api_key")).isNotEqualTo(first.json().get("api_key"));
  }
}
