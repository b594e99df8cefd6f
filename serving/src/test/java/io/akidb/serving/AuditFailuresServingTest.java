package io.akidb.serving;

import static io.akidb.serving.AuditTrail.detail;
import static io.akidb.serving.AuditTrail.items;
import static io.akidb.serving.AuditTrail.sound;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.StoreUnavailableException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that fail are on record as such, and those that cannot be recorded are not made. */
class AuditFailuresServingTest {
  private static final String ROW = "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}";

  @TempDir Path folder;

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
}
