package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.TestNode.Reply;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is another tenant's and what is nowhere are answered alike: the same status, body and
 * headers, after the same calls of the object store on keys that differ in the name alone. So
 * neither takes longer.
 */
class NotYoursTest {
  private static final String MISSING_KEY = "0123456789abcdef";

  @TempDir Path folder;
  private HookedStore store;
  private TestNode node;
  private TestNode owner;
  private TestNode other;
  private String ownerId;

  @BeforeEach
  void makeTwoTenants() {
    store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
    node = TestNode.start(folder, store, folder.resolve("cache"));
    JsonNode first = node.post("/tenants", "{\"name\": \"acme\"}").expect(201).json();
    ownerId = first.get("tenant_id").asText();
    owner = node.as(first.get("api_key").asText());
    JsonNode second = node.post("/tenants", "{\"name\": \"bolt\"}").expect(201).json();
    other = node.as(second.get("api_key").asText());
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** An answer, and which calls of the store went to keys with the name in question. */
  private record Seen(
      int status, JsonNode body, Map<String, List<String>> headers, List<String> calls) {}

  private Seen see(TestNode caller, String name, String method, String path, String body) {
    List<String> calls = Collections.synchronizedList(new ArrayList<>());
    store.before(
        (call, key) -> {
          // Who follows an open collection does it all the time, whoever calls.
          if (key.contains(name) && !key.contains("/audit/") && !call.equals("getIfChanged")) {
            calls.add(call + " " + key.replace(name, "NAME"));
          }
        });
    String sent = body == null ? null : body.replace("NAME", name);
    Reply reply = caller.send(method, path.replace("NAME", name), sent);
    store.before((call, key) -> {});
    Map<String, List<String>> headers = new TreeMap<>(reply.http().headers().map());
    headers.remove("x-request-id");
    headers.remove("date");
    // Whether the server closes depends on whether a body that nobody read had arrived already.
    headers.remove("connection");
    ObjectNode json = reply.json().deepCopy();
    json.remove("request_id");
    return new Seen(reply.status(), json, headers, List.copyOf(calls));
  }

  private void assertAlike(TestNode caller, String theirs, String missing, String[] call) {
    Seen first = see(caller, theirs, call[0], call[1], call[2]);
    Seen second = see(caller, missing, call[0], call[1], call[2]);
    assertThat(first).as(call[0] + " " + call[1]).isEqualTo(second);
    assertThat(first.status).as(call[0] + " " + call[1]).isEqualTo(404);
  }

  private static final String[][] OF_COLLECTIONS = {
    {"GET", "/collections/NAME", null},
    {"DELETE", "/collections/NAME", null},
    {"POST", "/collections/NAME/vectors", "{\"vectors\":[{\"id\":\"a\",\"vector\":[1,2]}]}"},
    {"GET", "/collections/NAME/vectors", null},
    {"GET", "/collections/NAME/vectors/x", null},
    {"POST", "/collections/NAME/vectors/fetch", "{\"ids\": [\"x\"]}"},
    {"POST", "/collections/NAME/vectors/delete", "{\"ids\": [\"x\"]}"},
    {"POST", "/collections/NAME/search", "{\"vector\": [1, 2]}"},
    {"POST", "/collections/NAME/index", "{}"},
    {"GET", "/collections/NAME/index", null},
  };

  @Test
  void collection_ofAnotherTenant_isAsOneThatIsNowhere() {
    owner.post("/collections", "{\"name\": \"theirs\", \"vector_dim\": 2}").expect(201);
    owner.post("/collections/theirs/vectors", OF_COLLECTIONS[2][2]).expect(200);
    for (String[] call : OF_COLLECTIONS) {
      assertAlike(other, "theirs", "nowhere", call);
    }
  }

  @Test
  void collection_thatNoGrantCovers_isAsOneThatIsNowhere() {
    owner.post("/collections", "{\"name\": \"us-shoes\", \"vector_dim\": 2}").expect(201);
    String grants = "[{\"role\": \"admin\", \"collection_prefix\": \"eu-\"}]";
    JsonNode key = owner.post("/api-keys", "{\"grants\": " + grants + "}").expect(201).json();
    TestNode bound = node.as(key.get("api_key").asText());
    bound.post("/collections", "{\"name\": \"eu-shoes\", \"vector_dim\": 2}").expect(201);
    for (String[] call : OF_COLLECTIONS) {
      assertAlike(bound, "us-shoes", "us-none", call);
      assertThat(see(bound, "us-shoes", call[0], call[1], call[2]).calls)
          .as("refused before anything is looked for")
          .isEmpty();
    }
  }

  @Test
  void tenant_thatIsAnother_isAsOneThatIsNowhere() {
    String missing = UUID.randomUUID().toString();
    assertAlike(other, ownerId, missing, new String[] {"GET", "/tenants/NAME", null});
    assertAlike(
        other, ownerId, missing, new String[] {"PUT", "/tenants/NAME", "{\"name\": \"x\"}"});
    for (String path : List.of("/collections", "/users", "/audit")) {
      Reply theirs = other.send("GET", path, null, "X-Tenant-ID", ownerId).expect(403);
      Reply nowhere = other.send("GET", path, null, "X-Tenant-ID", missing).expect(403);
      assertThat(((ObjectNode) theirs.json()).without("request_id").toString())
          .isEqualTo(((ObjectNode) nowhere.json()).without("request_id").toString());
    }
  }

  @Test
  void user_ofAnotherTenant_isAsOneThatIsNowhere() {
    String body = "{\"email\": \"a@example.org\", \"role\": \"viewer\"}";
    String theirs = owner.post("/users", body).expect(201).json().get("user_id").asText();
    String[][] calls = {
      {"GET", "/users/NAME", null},
      {"DELETE", "/users/NAME", null},
      {"POST", "/users/NAME/roles", "{\"role\": \"viewer\"}"},
      {"DELETE", "/users/NAME/roles/viewer", null},
      {"POST", "/api-keys", "{\"user_id\": \"NAME\"}"},
      {"POST", "/authz/explain", "{\"user_id\": \"NAME\", \"permission\": \"vectors.search\"}"},
    };
    for (String[] call : calls) {
      assertAlike(other, theirs, UUID.randomUUID().toString(), call);
    }
    owner.get("/users/" + theirs).expect(200);
  }

  @Test
  void role_ofAnotherTenant_isAsOneThatIsNowhere() {
    String role = "{\"name\": \"theirs\", \"permissions\": [\"collections.read\"]}";
    owner.post("/roles", role).expect(201);
    assertAlike(other, "theirs", "nowhere", new String[] {"GET", "/roles/NAME", null});
    assertAlike(other, "theirs", "nowhere", new String[] {"DELETE", "/roles/NAME", null});
    owner.get("/roles/theirs").expect(200);
  }

  @Test
  void apiKey_ofAnotherTenant_isAsOneThatIsNowhere() {
    JsonNode key = owner.post("/api-keys", "{\"role\": \"viewer\"}").expect(201).json();
    String theirs = key.get("api_key_id").asText();
    String[][] calls = {
      {"GET", "/api-keys/NAME", null},
      {"DELETE", "/api-keys/NAME", null},
      {"POST", "/api-keys/NAME/rotate", "{}"},
      {"POST", "/authz/explain", "{\"api_key_id\": \"NAME\", \"permission\": \"vectors.search\"}"},
    };
    for (String[] call : calls) {
      assertAlike(other, theirs, MISSING_KEY, call);
    }
    owner.get("/api-keys/" + theirs).expect(200);
  }
}
