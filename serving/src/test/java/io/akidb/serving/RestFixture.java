package io.akidb.serving;

import io.akidb.serving.TestNode.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node with one small collection that all tests of a class share. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RestFixture {
  TestNode node;

  @BeforeAll
  void start(@TempDir Path folder) {
    node = TestNode.start(folder, "--body-bytes-max", "1048576");
    node.post(
            "/collections",
            """
            {"name": "c", "vector_dim": 2, "distance": "cosine",
             "attributes": {"s": "string", "l": "long", "d": "double", "b": "boolean", "t": "string[]"}}\
            """)
        .expect(201);
    node.post("/collections/c/vectors", "{\"vectors\": [{\"id\": \"a\", \"vector\": [1, 0]}]}")
        .expect(200);
  }

  @AfterAll
  void stop() {
    node.close();
  }

  Reply search(String body) {
    return node.post("/collections/c/search", body);
  }

  static String pointer(Reply reply) {
    return reply.json().at("/errors/0/pointer").asText();
  }

  static String detail(Reply reply) {
    return reply.json().at("/errors/0/detail").asText();
  }
}
