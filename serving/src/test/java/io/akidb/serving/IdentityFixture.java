package io.akidb.serving;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A node with a tenant of two collections, and its administrator. */
abstract class IdentityFixture {
  static final String ROW = "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}";

  @TempDir Path folder;
  TestNode node;
  TestNode admin;
  String tenant;
  private int users;

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

  static String json(String text) {
    return text.replace('\'', '"');
  }

  /** The first is {@code a@b.c}. */
  JsonNode user(String fields) {
    String email = users++ == 0 ? "a@b.c" : "a" + users + "@b.c";
    return admin
        .post("/users", json("{'email': '" + email + "', " + fields + "}"))
        .expect(201)
        .json();
  }

  TestNode as(JsonNode created) {
    return node.as(created.get("api_key").asText());
  }
}
