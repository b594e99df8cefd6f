package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.audit.AuditVerifier;
import io.akidb.policies.audit.Verification;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the audit log by REST, and what the bucket keeps of it, for tests. */
final class AuditTrail {
  private AuditTrail() {}

  /** What the log says, as {@code action outcome what}, oldest first. */
  static List<String> events(TestNode node, String query) {
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

  static List<JsonNode> items(TestNode node, String query) {
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

  static void awaitEvent(TestNode node, String query, String event) {
    TestNode.await(event, () -> events(node, query).contains(event));
  }

  static String secret(JsonNode created) {
    String key = created.get("api_key").asText();
    // akidb_<16 characters of the id>_<secret>; the secret itself may have underscores.
    return key.substring("akidb_".length() + 17);
  }

  static void nothingSecret(TestNode node, List<String> secrets) {
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

  static void sound(ObjectStore store) {
    Verification seen = new AuditVerifier(store, null, List.of()).verify();
    assertThat(seen.findings()).isEmpty();
    assertThat(seen.events()).isPositive();
  }

  static JsonNode detail(TestNode node, String action, String outcome) {
    String query = "&action=" + action + "&outcome=" + outcome;
    TestNode.await(action + " " + outcome, () -> !items(node, query).isEmpty());
    return items(node, query).getLast().get("detail");
  }
}
