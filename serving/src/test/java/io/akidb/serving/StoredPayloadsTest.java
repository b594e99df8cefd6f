package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.tenancy.CollectionName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Payloads go out as they came in, also those that stand at the bounds of what JSON can say. */
class StoredPayloadsTest {
  private static final List<String> PAYLOADS =
      List.of(
          "{\"x\":0." + "1".repeat(200) + "}",
          "{\"x\":" + "9".repeat(390) + "}",
          "{\"x\":1e1000000000}",
          "{\"x\":1e-1000000000}",
          "{\"" + "n".repeat(5_000) + "\":1}",
          "{\"a\":1,\"a\":2}",
          "{\"a\":" + "[".repeat(30) + "]".repeat(30) + "}",
          "{\"text\":\"</script>\\u0000\u00e4\"}");

  @TempDir Path folder;
  private TestNode node;

  @BeforeEach
  void start() {
    node = TestNode.start(folder);
    node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2, \"distance\": \"l2\"}")
        .expect(201);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static String body(TestNode.Reply reply) {
    return new String(reply.expect(200).http().body(), StandardCharsets.UTF_8);
  }

  @Test
  void payloads_ofAStream_areReadableByEveryCallAndExact() {
    VectorCollection stream = node.catalog().open(TestNode.context(), new CollectionName("c"));
    try (var writer = stream.newSegment(folder.resolve("segment"))) {
      for (int i = 0; i < PAYLOADS.size(); i++) {
        writer.add(
            VectorRecord.upsert(
                "p" + i, 1, new float[] {i, 1}, PAYLOADS.get(i).getBytes(StandardCharsets.UTF_8)));
      }
      stream.append(List.of(writer.finish()), null, 0);
    }
    TestNode.await(
        "the stream's rows", () -> node.get("/collections/c/vectors/p0").status() == 200);

    String page = body(node.get("/collections/c/vectors"));
    String fetched = body(node.post("/collections/c/vectors/fetch", "{\"ids\": [\"p0\", \"p4\"]}"));
    String found = body(node.post("/collections/c/search", "{\"vector\": [0, 0], \"k\": 100}"));
    for (int i = 0; i < PAYLOADS.size(); i++) {
      assertThat(page).contains(PAYLOADS.get(i));
      assertThat(found).contains(PAYLOADS.get(i));
      assertThat(body(node.get("/collections/c/vectors/p" + i))).contains(PAYLOADS.get(i));
    }
    assertThat(fetched).contains(PAYLOADS.get(0)).contains(PAYLOADS.get(4));
    node.post(
            "/collections/c/search",
            "{\"vector\": [0, 0], \"k\": 100, \"filter\": {\"x\": {\"$gt\": 1}}}")
        .expect(200);
  }

  @Test
  void payload_writtenByRest_keepsTheDigitsOfItsNumbers() {
    String payload = "{\"big\":1E+400,\"long\":123456789012345678901234567890,\"exact\":0.10}";
    node.post(
            "/collections/c/vectors",
            "{\"vectors\": [{\"id\": \"a\", \"vector\": [1, 2], \"payload\": " + payload + "}]}")
        .expect(200);
    assertThat(body(node.get("/collections/c/vectors/a"))).contains(payload);
  }
}
