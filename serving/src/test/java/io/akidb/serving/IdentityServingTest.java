package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Users;
import io.akidb.serving.TestNode.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users, roles and keys by REST, and what each may do. */
class IdentityServingTest {
  private static final String ROW = "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}";

  @TempDir Path folder;
  private TestNode node;
  private TestNode admin;
  private String tenant;

  @BeforeEach
  void start() {
    node = TestNode.start(folder);
    JsonNode created = node.post("/tenants", "{\"name\": \"acme\"}").expect(201).json();
    tenant = created.get("tenant_id").asText();
    admin = node.as(created.get("api_key").asText());
    for (String name : List.of("eu-products", "us-products")) {
      admin.post("/collections", "{\"name\": \"" + name + "\", \"vector_dim\": 2}").expect(201);
      admin.post("/collections/" + name + "/vectors", ROW).expect(200);
    }
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private JsonNode user(String fields) {
    return admin.post("/users", json("{'email': 'a@b.c', " + fields + "}")).expect(201).json();
  }

  private TestNode as(JsonNode created) {
    return node.as(created.get("api_key").asText());
  }

  @Test
  void builtInRoles_mayWhatTheMatrixSays() {
    TestNode editor = as(user("'role': 'editor'"));
    TestNode viewer = as(user("'role': 'viewer'"));
    TestNode nobody = as(user("'grants': []"));
    String collection = "{\"name\": \"%s\", \"vector_dim\": 2}";

    editor.post("/collections", collection.formatted("e")).expect(201);
    viewer.post("/collections", collection.formatted("v")).expect(403);
    editor.post("/collections/e/vectors", ROW).expect(200);
    viewer.post("/collections/e/vectors", ROW).expect(403);
    viewer.post("/collections/e/search", "{\"vector\": [1, 2]}").expect(200);
    viewer.post("/collections/e/vectors/delete", "{\"ids\": [\"x\"]}").expect(403);
    editor.post("/collections/e/vectors/delete", "{\"ids\": [\"x\"]}").expect(200);
    editor.delete("/collections/e").expect(403);
    editor.get("/users").expect(403);
    viewer.get("/tenants/" + tenant).expect(403);
    admin.get("/tenants/" + tenant).expect(200);
    admin.get("/tenants/default").expect(404);
    admin.delete("/tenants/" + tenant).expect(403);
    admin.delete("/collections/e").expect(204);
    nobody.get("/collections").expect(403);
    nobody.get("/collections/eu-products").expect(404);
  }

  @Test
  void grantOfAPrefix_showsThoseCollectionsOnly() {
    JsonNode made = user("'grants': [{'role': 'editor', 'collection_prefix': 'eu-'}]");
    TestNode eu = as(made);

    eu.get("/collections/eu-products").expect(200);
    Reply theirs = eu.get("/collections/us-products").expect(404);
    Reply missing = eu.get("/collections/us-none").expect(404);
    assertThat(theirs.json().get("detail")).isEqualTo(missing.json().get("detail"));
    JsonNode items = eu.get("/collections").expect(200).json().get("items");
    assertThat(items).hasSize(1);
    assertThat(items.at("/0/name").asText()).isEqualTo("eu-products");
    eu.post("/collections", "{\"name\": \"eu-new\", \"vector_dim\": 2}").expect(201);
    eu.post("/collections", "{\"name\": \"us-products\", \"vector_dim\": 2}").expect(403);
    eu.post("/collections", "{\"name\": \"us-none\", \"vector_dim\": 2}").expect(403);

    String roles = "/users/" + made.get("user_id").asText() + "/roles";
    admin.post(roles, json("{'role': 'viewer', 'collection': 'us-products'}")).expect(200);
    eu.get("/collections/us-products").expect(200);
    eu.post("/collections/us-products/vectors", ROW).expect(403);
    assertThat(admin.delete(roles + "/viewer").expect(200).json().get("grants")).hasSize(1);
    eu.get("/collections/us-products").expect(404);
  }

  @Test
  void grantOfACollection_pagesThroughNamesThatItCovers_only() {
    for (String name : List.of("a-secret", "eu-a", "eu-z", "v-secret", "z-secret")) {
      admin.post("/collections", "{\"name\": \"" + name + "\", \"vector_dim\": 2}").expect(201);
    }
    TestNode eu = as(user("'grants': [{'role': 'viewer', 'collection_prefix': 'eu-'}]"));
    List<String> listed = new ArrayList<>();
    List<String> cursors = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = eu.get("/collections?limit=1" + cursor).expect(200).json();
      page.get("items").forEach(item -> listed.add(item.get("name").asText()));
      cursor = "";
      if (!page.get("next_cursor").isNull()) {
        cursors.add(page.get("next_cursor").asText());
        cursor = "&cursor=" + cursors.getLast();
      }
    } while (!cursor.isEmpty());
    assertThat(listed).containsExactly("eu-a", "eu-products", "eu-z");
    assertThat(cursors).containsExactly("eu-a", "eu-products");
    TestNode us = as(user("'grants': [{'role': 'viewer', 'collection': 'us-products'}]"));
    JsonNode page = us.get("/collections?limit=1").expect(200).json();
    assertThat(page.at("/items/0/name").asText()).isEqualTo("us-products");
    assertThat(page.get("next_cursor").isNull()).isTrue();
  }

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
  void customRole_isDeletedOnlyWhenNobodyHasIt() {
    admin.post("/roles", json("{'name': 'loader', 'permissions': ['vectors.insert']}")).expect(201);
    admin.post("/roles", json("{'name': 'loader', 'permissions': ['vectors.insert']}")).expect(409);
    admin.post("/roles", json("{'name': 'admin', 'permissions': ['vectors.insert']}")).expect(409);
    admin.post("/roles", json("{'name': 'op', 'permissions': ['platform.operate']}")).expect(403);
    assertThat(admin.get("/roles").json().get("items")).hasSize(1);
    assertThat(admin.get("/roles/viewer").json().get("permissions")).hasSize(2);
    JsonNode job = user("'role': 'loader'");
    TestNode loader = as(job);
    loader.post("/collections/eu-products/vectors", ROW).expect(200);
    loader.get("/collections/eu-products").expect(403);

    String detail = admin.delete("/roles/loader").expect(409).json().get("detail").asText();
    assertThat(detail).contains("granted to 1 users");
    loader.post("/collections/eu-products/vectors", ROW).expect(200);

    admin.delete("/users/" + job.get("user_id").asText() + "/roles/loader").expect(200);
    loader.post("/collections/eu-products/vectors", ROW).expect(404);
    admin.delete("/roles/loader").expect(204);
    admin.delete("/roles/loader").expect(404);
    admin.get("/roles/loader").expect(404);
    admin.post("/roles", json("{'name': 'loader', 'permissions': ['vectors.insert']}")).expect(409);
    admin.delete("/roles/viewer").expect(409);
  }

  @Test
  void managerOfUsers_cannotMakeMoreThanItself() {
    admin
        .post("/roles", json("{'name': 'hr', 'permissions': ['users.manage', 'collections.read']}"))
        .expect(201);
    JsonNode boss = user("'role': 'admin'");
    TestNode hr = as(user("'role': 'hr'"));
    String bossId = boss.get("user_id").asText();

    hr.post("/users", json("{'email': 'x@y.z', 'role': 'admin'}")).expect(403);
    hr.post("/users", json("{'email': 'x@y.z', 'role': 'operator'}")).expect(403);
    hr.post("/users", json("{'email': 'x@y.z', 'role': 'hr'}")).expect(201);
    hr.post("/users/" + bossId + "/roles", json("{'role': 'editor'}")).expect(403);
    hr.post("/api-keys", json("{'user_id': '" + bossId + "'}")).expect(403);
    hr.post("/api-keys", json("{'role': 'admin'}")).expect(403);
    hr.post("/api-keys/" + boss.get("api_key_id").asText() + "/rotate", "{}").expect(403);
    hr.post("/roles", json("{'name': 'x', 'permissions': ['vectors.delete']}")).expect(403);
    hr.post("/users?platform=true", json("{'email': 'x@y.z', 'role': 'operator'}")).expect(403);
    admin.get("/users?platform=true").expect(403);
    admin.get("/api-keys?platform=true").expect(403);
  }

  private TestNode hr() {
    String permissions = "['users.manage', 'collections.read']";
    admin.post("/roles", json("{'name': 'hr', 'permissions': " + permissions + "}")).expect(201);
    return as(user("'role': 'hr'"));
  }

  @Test
  void managerOfUsers_cannotTakeFromWhoMayMore() {
    TestNode hr = hr();
    JsonNode boss = user("'role': 'admin'");
    String path = "/users/" + boss.get("user_id").asText();
    String key = "/api-keys/" + boss.get("api_key_id").asText();
    JsonNode tenants = admin.post("/api-keys", json("{'role': 'editor'}")).expect(201).json();
    String limited = "{'user_id': '" + boss.get("user_id").asText() + "', 'role': 'hr'}";

    hr.delete(path).expect(403);
    hr.delete(path + "/roles/admin").expect(403);
    hr.delete(key).expect(403);
    hr.delete("/api-keys/" + tenants.get("api_key_id").asText()).expect(403);
    hr.post("/api-keys", json(limited)).expect(403);
    as(boss).get("/users").expect(200);

    JsonNode small = admin.post("/api-keys", json(limited)).expect(201).json();
    hr.delete("/api-keys/" + small.get("api_key_id").asText()).expect(204);
    JsonNode peer = hr.post("/users", json("{'email': 'x@y.z', 'role': 'hr'}")).expect(201).json();
    hr.delete("/users/" + peer.get("user_id").asText() + "/roles/hr").expect(200);
    hr.delete("/users/" + peer.get("user_id").asText()).expect(204);
    as(small).get("/users").expect(401);

    JsonNode lost = admin.post("/api-keys", json("{'role': 'hr'}")).expect(201).json();
    String lostKey = "/api-keys/" + lost.get("api_key_id").asText();
    as(lost).delete(lostKey).expect(204);
    // The last administrator may go: the operator makes another.
    as(boss).delete(path).expect(204);
    as(boss).get("/users").expect(401);
    String again = json("{'email': 'n@e.w', 'role': 'admin'}");
    as(node.send("POST", "/users", again, "X-Tenant-ID", tenant).expect(201).json())
        .get("/users")
        .expect(200);
  }

  @Test
  void filteredGrant_isNotGivenToWhoMayMore() {
    TestNode hr = hr();
    String blind =
        "{'name': 'blind', 'permissions': ['collections.read'], 'row_filter': {'r': 'x'}}";
    hr.post("/roles", json(blind)).expect(201);
    JsonNode boss = user("'role': 'admin'");
    JsonNode peer = hr.post("/users", json("{'email': 'x@y.z', 'role': 'hr'}")).expect(201).json();
    String grant = json("{'role': 'blind'}");

    hr.post("/users/" + boss.get("user_id").asText() + "/roles", grant).expect(403);
    as(boss).get("/users").expect(200);
    hr.post("/users/" + boss.get("user_id").asText() + "/roles", json("{'role': 'hr'}"))
        .expect(200);
    hr.post("/users/" + peer.get("user_id").asText() + "/roles", grant).expect(200);
    as(peer).get("/users").expect(403);
  }

  @Test
  void filteredGrant_isNotWithdrawnByWhoMayLessThanTheRest() {
    TestNode hr = hr();
    String eu = "{'name': 'eu', 'permissions': ['collections.read'], 'row_filter': {'r': 'eu'}}";
    admin.post("/roles", json(eu)).expect(201);
    JsonNode bob = user("'grants': [{'role': 'eu'}, {'role': 'editor'}]");
    hr.delete("/users/" + bob.get("user_id").asText() + "/roles/eu").expect(403);
  }

  @Test
  void keyMadeForAnother_neverMayMoreThanItsMakerCould() {
    TestNode hr = hr();
    JsonNode bob = hr.post("/users", json("{'email': 'x@y.z', 'role': 'hr'}")).expect(201).json();
    String id = bob.get("user_id").asText();
    JsonNode second = hr.post("/api-keys", json("{'user_id': '" + id + "'}")).expect(201).json();
    JsonNode next =
        hr.post("/api-keys/" + second.get("api_key_id").asText() + "/rotate", "{}")
            .expect(201)
            .json();
    admin.post("/users/" + id + "/roles", json("{'role': 'admin'}")).expect(200);
    JsonNode own = as(next).post("/api-keys", json("{'user_id': '" + id + "'}")).expect(403).json();
    assertThat(own.has("api_key")).isFalse();

    for (JsonNode known : List.of(bob, second, next)) {
      as(known).get("/collections/eu-products").expect(200);
      as(known).post("/collections/eu-products/vectors", ROW).expect(403);
      as(known).post("/api-keys", json("{'role': 'editor'}")).expect(403);
    }
    JsonNode made = admin.post("/api-keys", json("{'user_id': '" + id + "'}")).expect(201).json();
    as(made).post("/collections/eu-products/vectors", ROW).expect(200);
    assertThat(made.has("grants")).isFalse();
    assertThat(next.at("/grants/0/role").asText()).isEqualTo("hr");
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
  void credentialThatEnds_makesNothingThatOutlivesIt() {
    String end = Instant.now().plusSeconds(600).toString();
    String later = Instant.now().plusSeconds(601).toString();
    String inTime = ", 'expires_at': '" + end + "'}";
    JsonNode made = admin.post("/api-keys", json("{'role': 'admin'" + inTime)).expect(201).json();
    String alice = "/users/" + user("'role': 'viewer'").get("user_id").asText() + "/roles";
    JsonNode endless = admin.post("/api-keys", json("{'role': 'viewer'}")).expect(201).json();
    String rotated = "/api-keys/" + endless.get("api_key_id").asText() + "/rotate";
    String token =
        as(made).post("/auth/token", "{\"lifetime_secs\": 60}").json().get("access_token").asText();
    for (TestNode ending : List.of(as(made), node.as(token))) {
      for (String until : List.of("}", ", 'expires_at': '" + later + "'}")) {
        Reply refused = ending.post("/api-keys", json("{'role': 'viewer'" + until)).expect(403);
        assertThat(refused.json().get("detail").asText()).contains("give an expires_at");
        ending.post(alice, json("{'role': 'editor'" + until)).expect(403);
      }
      ending.post("/users", json("{'email': 'x@y.z', 'role': 'viewer'}")).expect(403);
      ending.post(rotated, "{}").expect(403);
      // What lets nobody in is made as ever.
      ending.delete(alice + "/viewer").expect(200);
    }
    node.as(token).post("/api-keys", json("{'role': 'viewer'" + inTime)).expect(403);

    JsonNode own = as(made).post("/api-keys", json("{'role': 'admin'" + inTime)).expect(201).json();
    assertThat(own.get("expires_at").asText()).isEqualTo(end);
    as(made).post(alice, json("{'role': 'editor'" + inTime)).expect(200);
    String bob = "{'email': 'x@y.z', 'grants': [{'role': 'viewer'" + inTime + "]}";
    JsonNode first = as(made).post("/users", json(bob)).expect(201).json();
    assertThat(Instant.parse(first.get("api_key_expires_at").asText()))
        .isEqualTo(Instant.parse(end));
    as(own).post("/api-keys/" + own.get("api_key_id").asText() + "/rotate", "{}").expect(201);
  }

  @Test
  void operatorsKeyThatEnds_makesTenantsWhoseKeyEnds() {
    String end = Instant.now().plusSeconds(600).toString();
    String asked = json("{'role': 'operator', 'expires_at': '" + end + "'}");
    TestNode ending = as(node.post("/api-keys?platform=true", asked).expect(201).json());
    JsonNode beta = ending.post("/tenants", "{\"name\": \"beta\"}").expect(201).json();
    assertThat(beta.get("api_key_expires_at").asText()).isEqualTo(end);
    as(beta).post("/api-keys", json("{'role': 'viewer'}")).expect(403);
    JsonNode gamma = node.post("/tenants", "{\"name\": \"gamma\"}").expect(201).json();
    assertThat(gamma.has("api_key_expires_at")).isFalse();
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
    assertThat(listed).hasSize(1);
    assertThat(listed.at("/0/api_key_id")).isEqualTo(child.get("api_key_id"));
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
  void explain_saysWhy() {
    JsonNode viewer = user("'grants': [{'role': 'viewer', 'collection': 'eu-products'}]");
    String of = "'user_id': '" + viewer.get("user_id").asText() + "'";
    assertThat(explained("{'permission': 'vectors.search', 'collection': 'eu-products', " + of))
        .isEqualTo("allowed: granted by role 'viewer'");
    assertThat(explained("{'permission': 'vectors.insert', 'collection': 'eu-products', " + of))
        .isEqualTo("forbidden: no grant that holds here has vectors.insert");
    assertThat(explained("{'permission': 'vectors.search', 'collection': 'us-products', " + of))
        .isEqualTo("not_yours: no grant holds for this collection");
    String key = "'api_key_id': '" + viewer.get("api_key_id").asText() + "'";
    assertThat(explained("{'permission': 'collections.create', " + key))
        .startsWith("forbidden: no grant");
    assertThat(explained("{'permission': 'users.manage'")).startsWith("allowed");
    admin.delete("/users/" + viewer.get("user_id").asText()).expect(204);
    assertThat(explained("{'permission': 'vectors.search', " + key)).startsWith("unauthenticated");
    as(viewer).post("/authz/explain", json("{'permission': 'vectors.search'}")).expect(401);
    admin.post("/authz/explain", json("{'permission': 'vectors.search', " + of + "}")).expect(404);
    admin
        .post("/authz/explain", json("{'permission': 'vectors.search', " + of + ", " + key + "}"))
        .expect(400);
  }

  private String explained(String body) {
    JsonNode answer = admin.post("/authz/explain", json(body + "}")).expect(200).json();
    return answer.get("decision").asText() + ": " + answer.get("reason").asText();
  }

  @Test
  void revocation_ofKeyUserAndGrant_holdsOnAnotherNodeWithinASecond() {
    ObjectStore store = new InMemoryStore(Clock.systemUTC());
    Path two = folder.resolve("two");
    try (TestNode one = TestNode.start(folder, store, folder.resolve("one"));
        TestNode other = TestNode.start(folder, store, two)) {
      one.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      String viewer = json("{'email': 'a@b.c', 'role': 'viewer'}");
      JsonNode keyless = one.post("/users", viewer).expect(201).json();
      JsonNode deleted = one.post("/users", viewer).expect(201).json();
      JsonNode withdrawn = one.post("/users", viewer).expect(201).json();
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
