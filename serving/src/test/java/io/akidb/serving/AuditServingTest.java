package io.akidb.serving;

import static io.akidb.serving.AuditTrail.awaitEvent;
import static io.akidb.serving.AuditTrail.detail;
import static io.akidb.serving.AuditTrail.events;
import static io.akidb.serving.AuditTrail.items;
import static io.akidb.serving.AuditTrail.nothingSecret;
import static io.akidb.serving.AuditTrail.secret;
import static io.akidb.serving.AuditTrail.sound;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done by REST is on record, for whoever may read it, and verifies. */
class AuditServingTest {
  private static final String ROW = "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}";

  @TempDir Path folder;

  @Test
  void changesRefusalsAndReads_areOnRecordForWhomTheyConcern() throws Exception {
    try (TestNode node = TestNode.start(folder)) {
      JsonNode a = node.post("/tenants", "{\"name\": \"a\"}").expect(201).json();
      JsonNode b = node.post("/tenants", "{\"name\": \"b\"}").expect(201).json();
      String idA = a.get("tenant_id").asText();
      TestNode adminA = node.as(a.get("api_key").asText());
      TestNode adminB = node.as(b.get("api_key").asText());
      adminA.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      adminA.post("/collections/c/vectors", ROW).expect(200);
      adminA.post("/collections/c/vectors/delete", "{\"ids\": [\"x\"]}").expect(200);
      adminA.get("/users").expect(200);
      adminA.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(409);
      adminA.delete("/tenants/" + idA).expect(403);
      adminB.get("/tenants/" + idA).expect(404);
      node.as("akidb_0123456789abcdef_" + "s".repeat(43)).get("/tenants").expect(401);
      adminA.delete("/collections/c").expect(204);

      awaitEvent(adminA, "", "collections.delete succeeded /collections/c");
      assertThat(events(adminA, ""))
          .contains(
              "authentication succeeded /collections",
              "collections.create attempted /collections",
              "collections.create succeeded /collections",
              "collections.create failed /collections",
              "collections.vectors.delete attempted /collections/c/vectors/delete",
              "users.list succeeded /users",
              "tenants.delete denied /tenants/" + idA,
              "collections.delete attempted /collections/c")
          .noneMatch(event -> event.contains("collections.vectors.create"))
          .noneMatch(event -> event.contains(b.get("tenant_id").asText()));
      assertThat(events(adminB, "")).contains("tenants.read denied /tenants/" + idA);
      assertThat(events(adminA, "")).doesNotContain("tenants.read denied /tenants/" + idA);
      awaitEvent(node, "&platform=true", "tenants.list unauthenticated /tenants");
      assertThat(events(node, "&platform=true"))
          .contains(
              "tenants.create attempted /tenants",
              "tenants.create succeeded /tenants",
              "tenants.read denied /tenants/" + idA,
              "collections.delete succeeded /collections/c");
      assertThat(items(node, "&platform=true&action=tenants.create&outcome=succeeded"))
          .extracting(item -> item.at("/detail/location").asText())
          .contains("/v1/tenants/" + idA);
      adminA.get("/audit?platform=true").expect(403);
      node.as("none").get("/audit").expect(401);
      nothingSecret(node, List.of(TestNode.OPERATOR_KEY, "s".repeat(43), secret(a), secret(b)));
      sound(node.store());
    }
  }

  @Test
  void queries_byTimeAndPrincipal_selectAndWrongOnesAreNamed() {
    try (TestNode node = TestNode.start(folder)) {
      node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      awaitEvent(node, "", "collections.create succeeded /collections");
      JsonNode first = items(node, "&action=collections.create").get(0);
      String at = first.get("at").asText();

      assertThat(items(node, "&action=collections.&from=" + at)).hasSize(2);
      assertThat(items(node, "&action=collections.&to=" + at)).isEmpty();
      assertThat(items(node, "&who=nobody")).isEmpty();
      assertThat(items(node, "&who=" + first.get("who").asText())).isNotEmpty();
      assertThat(items(node, "&from=" + Instant.now().plusSeconds(3600))).isEmpty();
      assertThat(first.get("address").asText()).isNotEmpty();
      assertThat(first.get("request_id").asText()).isNotEmpty();
      for (String wrong :
          List.of("from=x", "outcome=x", "cursor=x", "limit=0", "whom=x", "platform=x")) {
        assertThat(node.get("/audit?" + wrong).expect(400).code()).isEqualTo("invalid_request");
      }
    }
  }

  @Test
  void grantsKeysRolesQuotasAndDeletes_sayWhatWasSet() throws Exception {
    try (TestNode node = TestNode.start(folder)) {
      JsonNode tenant =
          node.post("/tenants", "{\"name\": \"a\", \"quotas\": {\"max_collections\": 3}}")
              .expect(201)
              .json();
      String path = "/tenants/" + tenant.get("tenant_id").asText();
      node.put(path, "{\"name\": \"a\", \"quotas\": {\"max_collections\": 9}}").expect(200);
      JsonNode quotas = detail(node, "tenants.update&platform=true", "succeeded");
      assertThat(quotas.get("quotas_before").asText()).contains("\"max_collections\":3");
      assertThat(quotas.get("quotas").asText()).contains("\"max_collections\":9");

      TestNode admin = node.as(tenant.get("api_key").asText());
      String role =
          "{\"name\": \"r\", \"permissions\": [\"vectors.search\"],"
              + " \"row_filter\": {\"team\": {\"$eq\": \"red\"}}}";
      admin.post("/roles", role).expect(201);
      assertThat(detail(admin, "roles.create", "attempted").get("row_filter").asText())
          .contains("red");
      JsonNode user =
          admin
              .post("/users", "{\"email\": \"u@example.org\", \"role\": \"viewer\"}")
              .expect(201)
              .json();
      String roles = "/users/" + user.get("user_id").asText() + "/roles";
      admin
          .post(
              roles,
              "{\"role\": \"r\", \"collection\": \"c\","
                  + " \"expires_at\": \"2099-01-01T00:00:00Z\"}")
          .expect(200);
      JsonNode asked = detail(admin, "users.roles", "attempted");
      assertThat(asked.get("role").asText()).isEqualTo("r");
      assertThat(asked.get("collection").asText()).isEqualTo("c");
      assertThat(asked.get("expires_at").asText()).isEqualTo("2099-01-01T00:00:00Z");
      admin.delete(roles + "/r").expect(200);
      assertThat(detail(admin, "users.roles.delete", "succeeded").get("removed_grants").asText())
          .contains("2099-01-01");

      String body = "{\"name\": \"nightly\", \"role\": \"viewer\"}";
      JsonNode key = admin.post("/api-keys", body).expect(201).json();
      JsonNode told = detail(admin, "api-keys.create", "succeeded");
      assertThat(told.get("name").asText()).isEqualTo("nightly");
      assertThat(told.get("prefix")).isEqualTo(key.get("prefix"));
      assertThat(told.get("grants").asText()).contains("viewer");
      admin.delete("/users/" + user.get("user_id").asText()).expect(204);
      assertThat(detail(admin, "users.delete", "succeeded").get("removed").asText())
          .isEqualTo("u@example.org");

      admin.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      admin.post("/collections/c/vectors", ROW).expect(200);
      admin.post("/collections/c/vectors/delete", deletion(50)).expect(200);
      JsonNode deletion = detail(admin, "collections.vectors.delete", "attempted");
      assertThat(deletion.get("ids").asText()).contains("\"id-0\"").doesNotContain("\"id-49\"");
      assertThat(deletion.get("ids_count").asText()).isEqualTo("50");
      nothingSecret(node, List.of(secret(tenant), secret(key), secret(user)));
      sound(node.store());
    }
  }

  private static String deletion(int ids) {
    StringBuilder body = new StringBuilder("{\"ids\": [");
    for (int i = 0; i < ids; i++) {
      body.append(i == 0 ? "" : ",").append("\"id-").append(i).append('"');
    }
    return body.append("]}").toString();
  }

  @Test
  void rootKey_thatIsNone_failsTheStart() throws Exception {
    Path file = Files.writeString(folder.resolve("key.pem"), "no key");
    assertThatThrownBy(() -> TestNode.start(folder, "--audit-key-file", file.toString()))
        .hasMessageContaining("AKIDB_AUDIT_KEY_FILE");
  }
}
