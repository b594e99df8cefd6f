package io.akidb.serving;

import static io.akidb.serving.AuditTrail.awaitEvent;
import static io.akidb.serving.AuditTrail.detail;
import static io.akidb.serving.AuditTrail.items;
import static io.akidb.serving.AuditTrail.nothingSecret;
import static io.akidb.serving.AuditTrail.secret;
import static io.akidb.serving.AuditTrail.sound;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strangers and floods are on record, without what they showed and without hiding others. */
class AuditRefusalsServingTest {
  @TempDir Path folder;

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
}
