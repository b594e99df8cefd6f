package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was made with a key that is gone. */
class LostKeysServingTest {
  @TempDir Path folder;

  private static JsonNode key(TestNode as, String role) {
    return as.post("/api-keys", "{\"role\": \"" + role + "\"}").expect(201).json();
  }

  @Test
  void keysMadeWithALostKey_areFoundAlsoWhereItIsGoneItself() {
    try (TestNode node = TestNode.start(folder)) {
      JsonNode tenant = node.post("/tenants", "{\"name\": \"a\"}").expect(201).json();
      TestNode admin = node.as(tenant.get("api_key").asText());
      JsonNode lost = key(admin, "admin");
      JsonNode child = key(node.as(lost.get("api_key").asText()), "admin");
      JsonNode grandchild = key(node.as(child.get("api_key").asText()), "admin");
      TestNode thief = node.as(grandchild.get("api_key").asText());
      for (JsonNode hidden : List.of(child, lost)) {
        thief.delete("/api-keys/" + hidden.get("api_key_id").asText()).expect(204);
      }
      String id = lost.get("api_key_id").asText();
      JsonNode listed = admin.get("/api-keys?created_with=" + id).expect(200).json().get("items");
      assertThat(listed).hasSize(1);
      assertThat(listed.at("/0/api_key_id")).isEqualTo(grandchild.get("api_key_id"));

      admin.delete("/api-keys/" + id).expect(404);
      admin
          .post("/roles", "{\"name\": \"keeper\", \"permissions\": [\"users.manage\"]}")
          .expect(201);
      TestNode keeper = node.as(key(admin, "keeper").get("api_key").asText());
      keeper.delete("/api-keys/" + id + "?with_created=true").expect(403);
      thief.get("/collections").expect(200);

      admin.delete("/api-keys/" + id + "?with_created=true").expect(204);

      thief.get("/collections").expect(401);
      admin.delete("/api-keys/" + id + "?with_created=true").expect(404);
      admin.delete("/api-keys/none?with_created=true").expect(404);
    }
  }
}
