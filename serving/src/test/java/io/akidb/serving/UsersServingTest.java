package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.Users;
import io.akidb.serving.TestNode.Reply;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Users and service accounts by REST, and the bodies that are refused. */
class UsersServingTest extends IdentityFixture {
  @Test
  void users_createdListedReadDeleted_andTheirKeysStop() {
    JsonNode alice = user("'role': 'viewer'");
    String path = "/users/" + alice.get("user_id").asText();
    JsonNode job =
        admin
            .post("/users", json("{'kind': 'service_account', 'name': 'etl', 'role': 'editor'}"))
            .expect(201)
            .json();
    assertThat(admin.get(path).expect(200).json().get("email").asText()).isEqualTo("a@b.c");
    assertThat(admin.get("/users?limit=1").json().get("next_cursor").isNull()).isFalse();
    assertThat(admin.get("/users").json().get("items")).hasSize(2);
    assertThat(job.get("name").asText()).isEqualTo("etl");
    as(alice).get("/collections").expect(200);

    admin.delete(path).expect(204);

    as(alice).get("/collections").expect(401);
    as(job).get("/collections").expect(200);
    admin.get(path).expect(404);
    admin.delete(path).expect(404);
    admin.post(path + "/roles", json("{'role': 'admin'}")).expect(404);
  }

  @Test
  void operatorWithoutAnyRight_isNotToldWhichTenantsThereAre() {
    TestNode idle =
        as(
            node.post("/users?platform=true", json("{'email': 'idle@b.c', 'grants': []}"))
                .expect(201)
                .json());
    String there =
        node.post("/tenants", json("{'name': 'x', 'quotas': {'api_key_rate_limit_per_second': 5}}"))
            .expect(201)
            .json()
            .get("tenant_id")
            .asText();
    String missing = TenantId.random().value();
    for (String[] call :
        new String[][] {
          {"GET", "/collections", null},
          {"GET", "/collections/c", null},
          {"POST", "/collections/c/search", "{'vector': [1, 2]}"},
          {"GET", "/users", null},
          {"POST", "/auth/token", "{}"}
        }) {
      String body = call[2] == null ? null : json(call[2]);
      Reply ofThere = idle.send(call[0], call[1], body, "X-Tenant-ID", there);
      Reply ofMissing = idle.send(call[0], call[1], body, "X-Tenant-ID", missing);
      assertThat(ofThere.status()).as(call[1]).isEqualTo(ofMissing.status());
      assertThat(ofThere.json().get("detail"))
          .as(call[1])
          .isEqualTo(ofMissing.json().get("detail"));
      assertThat(ofThere.header("RateLimit-Limit")).as("its limits at " + call[1]).isEmpty();
    }
  }

  @Test
  void badBodies_areNamed() {
    for (String[] bad :
        List.of(
            new String[] {"/users", "{'role': 'viewer'}", "/email"},
            new String[] {"/users", "{'email': 'x', 'role': 'viewer'}", "/email"},
            new String[] {"/users", "{'email': 'a@b.c', 'role': 'none'}", "/role"},
            new String[] {"/users", "{'email': 'a@b.c', 'kind': 'robot'}", "/kind"},
            new String[] {"/users", "{'email': 'a@b.c', 'name': 'n'}", "/name"},
            new String[] {"/users", "{'kind': 'service_account', 'email': 'a@b.c'}", "/email"},
            new String[] {"/users", "{'email': 'a@b.c', 'tenant_id': 'default'}", "/tenant_id"},
            new String[] {
              "/users", "{'email': 'a@b.c', 'grants': [{'role': 'X'}]}", "/grants/0/role"
            },
            new String[] {"/users", "{'email': 'a@b.c', 'grants': {}}", "/grants"},
            new String[] {"/roles", "{'name': 'r', 'permissions': []}", "/permissions"},
            new String[] {"/roles", "{'name': 'r', 'permissions': ['x']}", "/permissions/0"},
            new String[] {
              "/roles",
              "{'name': 'r', 'permissions': ['vectors.search'], 'row_filter': {'$x': 1}}",
              "/row_filter/$x"
            },
            new String[] {"/api-keys", "{}", "/role"},
            new String[] {
              "/api-keys", "{'role': 'viewer', 'expires_at': '2020-01-01T00:00:00Z'}", "/expires_at"
            },
            new String[] {"/authz/explain", "{'permission': 'x'}", "/permission"},
            new String[] {
              "/authz/explain", "{'permission': 'vectors.search', 'collection': '/'}", "/collection"
            })) {
      Reply refused = admin.post(bad[0], json(bad[1])).expect(400);
      assertThat(refused.json().at("/errors/0/pointer").asText()).as(bad[1]).isEqualTo(bad[2]);
    }
    admin.get("/users?cursor=..").expect(400);
    admin.get("/roles?cursor=..").expect(400);
    admin.get("/api-keys?cursor=..").expect(400);
    admin.get("/users?platform=yes").expect(400);
  }

  @Test
  void platformsOperators_areMadeByOperators() {
    JsonNode made =
        node.post("/users?platform=true", json("{'email': 'op@b.c', 'role': 'operator'}"))
            .expect(201)
            .json();
    as(made).get("/tenants").expect(200);
    assertThat(node.get("/users?platform=true").json().get("items")).hasSize(1);
    node.post("/users?platform=true", json("{'email': 'op@b.c', 'role': 'admin'}")).expect(400);
    node.post("/users", json("{'email': 'op@b.c', 'role': 'operator'}")).expect(400);
    String id = made.get("user_id").asText();
    admin.get("/users/" + id).expect(404);
    node.delete("/users/" + id + "?platform=true").expect(204);
    as(made).get("/tenants").expect(401);
  }

  private static JsonNode viewer(TestNode node, String email) {
    return node.post("/users", json("{'email': '" + email + "', 'role': 'viewer'}"))
        .expect(201)
        .json();
  }

  @Test
  void email_thatAnotherUserOfTheTenantHas_isAConflictThatNamesTheField() {
    JsonNode alice = user("'role': 'viewer'");
    Reply refused = admin.post("/users", json("{'email': 'A@B.C'}")).expect(409);
    assertThat(refused.code()).isEqualTo("conflict");
    assertThat(refused.json().at("/errors/0/pointer").asText()).isEqualTo("/email");
    assertThat(refused.json().get("detail").asText()).startsWith("/email is another user's");
    assertThat(admin.get("/users").json().get("items")).hasSize(1);
    viewer(node, "a@b.c");

    admin.delete("/users/" + alice.get("user_id").asText()).expect(204);
    viewer(admin, "A@b.c");
  }

  @Test
  void revocation_ofKeyUserAndGrant_holdsOnAnotherNodeWithinASecond() {
    ObjectStore store = new InMemoryStore(Clock.systemUTC());
    Path two = folder.resolve("two");
    try (TestNode one = TestNode.start(folder, store, folder.resolve("one"));
        TestNode other = TestNode.start(folder, store, two)) {
      one.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      JsonNode keyless = viewer(one, "keyless@b.c");
      JsonNode deleted = viewer(one, "deleted@b.c");
      JsonNode withdrawn = viewer(one, "withdrawn@b.c");
      for (JsonNode user : List.of(keyless, deleted, withdrawn)) {
        other.as(user.get("api_key").asText()).get("/collections/c").expect(200);
      }

      one.delete("/api-keys/" + keyless.get("api_key_id").asText()).expect(204);
      one.delete("/users/" + deleted.get("user_id").asText()).expect(204);
      one.delete("/users/" + withdrawn.get("user_id").asText() + "/roles/viewer").expect(200);
      long end = System.nanoTime() + 1_000_000_000L;
      TestNode.await("a second passes", () -> System.nanoTime() > end);

      other.as(keyless.get("api_key").asText()).get("/collections/c").expect(401);
      other.as(deleted.get("api_key").asText()).get("/collections/c").expect(401);
      other.as(withdrawn.get("api_key").asText()).get("/collections/c").expect(404);
    }
  }

  @Test
  void damagedRecords_areDeletedByWhoMayEverything() {
    ObjectStore store = new InMemoryStore(Clock.systemUTC());
    try (TestNode other = TestNode.start(folder, store, folder.resolve("damaged"))) {
      JsonNode beta = other.post("/tenants", "{\"name\": \"beta\"}").expect(201).json();
      TestNode boss = other.as(beta.get("api_key").asText());
      String id = beta.get("tenant_id").asText();
      String hr = json("{'name': 'hr', 'permissions': ['users.manage']}");
      boss.post("/roles", hr).expect(201);
      TestNode manager =
          other.as(
              boss.post("/users", json("{'email': 'h@r.x', 'role': 'hr'}"))
                  .expect(201)
                  .json()
                  .get("api_key")
                  .asText());
      JsonNode user = boss.post("/users", json("{'email': 'a@b.c'}")).expect(201).json();
      String userId = user.get("user_id").asText();
      String keyId = user.get("api_key_id").asText();
      byte[] damage = "{".getBytes(StandardCharsets.UTF_8);
      store.put("akidb/system/users/" + id + "/" + userId + ".json", damage);
      store.put("akidb/system/api-keys/" + keyId + ".json", damage);
      store.put("akidb/system/roles/" + id + "/bad.json", damage);

      for (String path : List.of("/api-keys/" + keyId, "/users/" + userId, "/roles/bad")) {
        manager.delete(path).expect(403);
        boss.delete(path).expect(204);
        boss.get(path).expect(404);
      }
      assertThat(boss.get("/users").expect(200).json().has("unreadable")).isFalse();
    }
  }

  @Test
  void boundOfUsers_isAQuota() {
    ObjectStore store = new InMemoryStore(Clock.systemUTC());
    try (TestNode other = TestNode.start(folder, store, folder.resolve("full"))) {
      for (int i = 0; i < Users.USERS_MAX; i++) {
        store.put("akidb/system/users/default/" + new UUID(0, i) + ".json", new byte[0]);
      }
      Reply refused = other.post("/users", json("{'email': 'a@b.c'}")).expect(403);
      assertThat(refused.json().get("code").asText()).isEqualTo("quota_exceeded");
      assertThat(refused.json().get("detail").asText()).startsWith("max_users: ");
    }
  }
}
