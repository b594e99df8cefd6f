package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.policies.audit.AuditVerifier;
import io.akidb.policies.audit.Verification;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done by REST is on record, for whoever may read it, and verifies. */
class AuditServingTest {
  private static final String ROW = "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}";

  @TempDir Path folder;

  /** What the log says, as {@code action outcome what}, oldest first. */
  private static List<String> events(TestNode node, String query) {
    List<String> events = new ArrayList<>();
    for (JsonNode item : items(node, query)) {
      events.add(
          item.get("action").asText()
              + " "
              + item.get("outcome").asText()
              + " "
              + item.get("what").asText());
    }
    return events;
  }

  private static List<JsonNode> items(TestNode node, String query) {
    List<JsonNode> items = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = node.get("/audit?limit=1000" + query + cursor).expect(200).json();
      page.get("items").forEach(items::add);
      JsonNode next = page.get("next_cursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.asText().replace("+", "%2B");
    } while (!cursor.isEmpty());
    return items;
  }

  private static void awaitEvent(TestNode node, String query, String event) {
    TestNode.await(event, () -> events(node, query).contains(event));
  }

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

  private static String secret(JsonNode created) {
    String key = created.get("api_key").asText();
    // akidb_<16 characters of the id>_<secret>; the secret itself may have underscores.
    return key.substring("akidb_".length() + 17);
  }

  private static void nothingSecret(TestNode node, List<String> secrets) {
    StringBuilder all = new StringBuilder();
    ListPage page = node.store().list("akidb/system/audit/", null, 1000);
    page.objects()
        .forEach(
            object ->
                all.append(
                    new String(
                        node.store().get(object.key(), 1 << 20).bytes(), StandardCharsets.UTF_8)));
    assertThat(all.toString()).contains("\"who\"").doesNotContain(secrets.toArray(String[]::new));
  }

  private static void sound(ObjectStore store) {
    Verification seen = new AuditVerifier(store, null, List.of()).verify();
    assertThat(seen.findings()).isEmpty();
    assertThat(seen.events()).isPositive();
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

  private static JsonNode detail(TestNode node, String action, String outcome) {
    String query = "&action=" + action + "&outcome=" + outcome;
    TestNode.await(action + " " + outcome, () -> !items(node, query).isEmpty());
    return items(node, query).getLast().get("detail");
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

  @ParameterizedTest
  @CsvSource({
    "/tenants, 403, tenants.list, denied",
    "/roles/viewer, 200, roles.read, succeeded",
  })
  void floodOfRefusalsOrReads_ofOneTenant_hidesNoOthersAndIsCounted(
      String path, int status, String action, String outcome) throws Exception {
    String tenantA;
    try (TestNode node = TestNode.start(folder)) {
      JsonNode a = node.post("/tenants", "{\"name\": \"a\"}").expect(201).json();
      JsonNode b = node.post("/tenants", "{\"name\": \"b\"}").expect(201).json();
      TestNode adminA = node.as(a.get("api_key").asText());
      for (int i = 0; i < 603; i++) {
        adminA.get(path).expect(status);
      }
      TestNode adminB = node.as(b.get("api_key").asText());
      adminB.get(path).expect(status);
      awaitEvent(adminB, "", action + " " + outcome + " " + path);
      tenantA = a.get("tenant_id").asText();
    }
    try (TestNode next = TestNode.start(folder)) {
      String those = "&platform=true&outcome=" + outcome + "&action=";
      long recorded = ofTenant(tenantA, items(next, those + action)).size();
      long counted =
          ofTenant(tenantA, items(next, those + "audit.unrecorded")).stream()
              .mapToLong(item -> item.at("/detail/count").asLong())
              .sum();
      assertThat(recorded).isGreaterThanOrEqualTo(600);
      assertThat(counted).isPositive();
      assertThat(recorded + counted).isEqualTo(603);
      sound(next.store());
    }
  }

  private static List<JsonNode> ofTenant(String tenant, List<JsonNode> items) {
    return items.stream().filter(item -> item.get("tenant_id").asText().equals(tenant)).toList();
  }

  @Test
  void floodOfUnknownKeys_isOnRecordAlsoWhereTheAddressIsRefused() throws Exception {
    try (TestNode node = TestNode.start(folder, "--auth-failures-per-second", "1")) {
      node.get("/tenants").expect(200);
      int limited = 0;
      for (int i = 0; i < 40; i++) {
        String unknown = "akidb_%016x_%s".formatted(i, "s".repeat(43));
        limited += node.as(unknown).get("/tenants").status() == 429 ? 1 : 0;
      }
      assertThat(limited).isPositive();
      // The operator's key was good before the flood began, and so is let through.
      String strangers = "&platform=true&action=tenants.list&outcome=unauthenticated";
      TestNode.await("each refusal on record", () -> items(node, strangers).size() == 40);
      assertThat(items(node, strangers))
          .filteredOn(item -> item.at("/detail/code").asText().equals("rate_limited"))
          .hasSize(limited)
          .allMatch(item -> item.get("who").asText().equals("anonymous"));
    }
  }

  @Test
  void failedAuthentication_namesTheKeyThatWasShown() {
    try (TestNode node = TestNode.start(folder)) {
      JsonNode key = node.post("/api-keys", "{\"role\": \"viewer\"}").expect(201).json();
      String prefix = key.get("prefix").asText();
      String guessed = "g".repeat(43);
      node.as(prefix + "_" + guessed).get("/collections").expect(401);
      node.delete("/api-keys/" + key.get("api_key_id").asText()).expect(204);
      node.as(key.get("api_key").asText()).get("/users").expect(401);
      node.as("no key at all").get("/roles").expect(401);

      String failures = "&platform=true&outcome=unauthenticated";
      TestNode.await("all on record", () -> items(node, failures).size() == 3);
      assertThat(items(node, failures))
          .extracting(item -> item.at("/detail/prefix").asText())
          .containsExactly(prefix, prefix, "");
      nothingSecret(node, List.of(guessed, secret(key)));
    }
  }

  @Test
  void secretSentAsAName_isTakenOutOfTheLog() throws Exception {
    String secret = "s".repeat(43);
    try (TestNode node = TestNode.start(folder)) {
      var _ =
          node.post(
              "/api-keys",
              "{\"name\": \"akidb_0123456789abcdef_" + secret + "\", \"role\": \"viewer\"}");
      assertThat(detail(node, "api-keys.create", "attempted").get("name").asText())
          .isEqualTo("akidb_0123456789abcdef");
      nothingSecret(node, List.of(secret));
    }
  }

  @Test
  void changeWhoseAttemptCannotBeRecorded_isNotMade() {
    AtomicBoolean broken = new AtomicBoolean();
    HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
    store.before(
        (method, key) -> {
          if (broken.get() && method.startsWith("put") && key.startsWith("akidb/system/audit/")) {
            throw new StoreUnavailableException("the audit log is out of reach", null);
          }
        });
    try (TestNode node = TestNode.start(folder, store, folder.resolve("cache"))) {
      node.post("/collections", "{\"name\": \"before\", \"vector_dim\": 2}").expect(201);
      node.get("/health/ready").expect(200);
      broken.set(true);
      assertThat(
              node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(503).code())
          .isEqualTo("unavailable");
      assertThat(node.get("/health/ready").expect(503).json().get("detail").asText())
          .contains("audit log");
      node.get("/health/live").expect(200);
      node.post("/collections/before/vectors", ROW).expect(200);
      broken.set(false);
      node.get("/collections/c").expect(404);
      node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      node.get("/health/ready").expect(200);
      sound(store);
    }
  }

  @Test
  void changeThatFailed_isOnRecordWithTheCodeThatWasAnswered() {
    HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
    store.before(
        (method, key) -> {
          if (key.endsWith("/out-of-reach/manifest.json")) {
            throw new StoreUnavailableException("out of reach", null);
          }
          if (key.endsWith("/without-memory/manifest.json")) {
            throw new OutOfMemoryError("of a test");
          }
        });
    try (TestNode node = TestNode.start(folder, store, folder.resolve("cache"))) {
      node.post("/collections", "{\"name\": \"taken\", \"vector_dim\": 2}").expect(201);
      List<String> answered = new ArrayList<>();
      for (String name : List.of("taken", "out-of-reach", "without-memory", "no name")) {
        String body = "{\"name\": \"" + name + "\", \"vector_dim\": 2}";
        answered.add(node.post("/collections", body).code());
      }
      assertThat(answered)
          .containsExactly("conflict", "unavailable", "overloaded", "invalid_request");

      String failed = "&action=collections.create&outcome=failed";
      TestNode.await("four failures on record", () -> items(node, failed).size() == 4);
      assertThat(items(node, failed))
          .extracting(item -> item.at("/detail/code").asText())
          .containsExactlyElementsOf(answered);
    }
  }

  @Test
  void userWhoseKeyCannotBeMade_isTakenBack_andTheLogNamesIt() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
    store.before(
        (method, key) -> {
          if (broken.get()
              && key.startsWith("akidb/system/api-keys/")
              && method.startsWith("put")) {
            throw new StoreUnavailableException("keys are out of reach", null);
          }
        });
    try (TestNode node = TestNode.start(folder, store, folder.resolve("cache"))) {
      broken.set(true);
      node.post("/users", "{\"email\": \"u@example.org\"}").expect(503);
      broken.set(false);
      assertThat(node.get("/users").expect(200).json().get("items")).isEmpty();
      JsonNode failed = detail(node, "users.create", "failed");
      assertThat(failed.get("user_id").asText()).hasSize(36);
      assertThat(failed.get("removed").asText()).isEqualTo("u@example.org");
    }
  }

  @Test
  void rootKey_thatIsNone_failsTheStart() throws Exception {
    Path file = Files.writeString(folder.resolve("key.pem"), "no key");
    assertThatThrownBy(() -> TestNode.start(folder, "--audit-key-file", file.toString()))
        .hasMessageContaining("AKIDB_AUDIT_KEY_FILE");
  }
}
