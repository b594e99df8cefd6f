package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.TestNode.Reply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Roles and grants by REST: what each may, where, and why. */
class RolesServingTest extends IdentityFixture {
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
}
