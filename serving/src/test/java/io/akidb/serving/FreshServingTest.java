package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode.Reply;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client sees before the first build: everything out of the fresh tier, over real HTTP. */
class FreshServingTest {
  @TempDir Path folder;
  private TestNode node;

  @BeforeEach
  void start() {
    node = TestNode.start(folder);
    node.post(
            "/v1/collections",
            """
            {"name": "things", "vector_dim": 3, "distance": "l2",
             "attributes": {"color": "string", "price": "double", "tags": "string[]"}}""")
        .expect(201);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private Reply upsert(String rows) {
    return node.post("/v1/collections/things/vectors", "{\"vectors\": [" + rows + "]}").expect(200);
  }

  private Reply search(String body) {
    return node.post("/v1/collections/things/search", body);
  }

  @Test
  void search_afterUpsert_findsItAtOnce() {
    Reply written =
        upsert(
            """
            {"id": "a", "vector": [1, 0, 0], "payload": {"color": "red", "price": 5}},
            {"id": "b", "vector": [0, 1, 0], "payload": {"color": "blue", "price": 7.5}}""");
    assertThat(written.json().get("upserted").asInt()).isEqualTo(2);
    assertThat(written.json().get("commit_token").asText()).isNotEmpty();

    Reply found = search("{\"vector\": [1, 0.1, 0], \"k\": 2}").expect(200);

    assertThat(found.json().at("/results/0/id").asText()).isEqualTo("a");
    assertThat(found.json().at("/results/0/score").floatValue())
        .isCloseTo(0.1f, org.assertj.core.data.Offset.offset(1e-5f));
    assertThat(found.json().at("/results/0/payload/color").asText()).isEqualTo("red");
    assertThat(found.json().at("/results/1/id").asText()).isEqualTo("b");
  }

  @Test
  void search_afterDelete_doesNotFindIt() {
    upsert("{\"id\": \"a\", \"vector\": [1, 0, 0]}, {\"id\": \"b\", \"vector\": [0, 1, 0]}");
    Reply deleted =
        node.post("/v1/collections/things/vectors/delete", "{\"ids\": [\"a\", \"nobody\"]}")
            .expect(200);
    assertThat(deleted.json().get("deleted").asInt()).isEqualTo(1);

    Reply found = search("{\"vector\": [1, 0, 0]}").expect(200);

    assertThat(found.json().get("results")).hasSize(1);
    assertThat(found.json().at("/results/0/id").asText()).isEqualTo("b");
    node.get("/v1/collections/things/vectors/a").expect(404);
  }

  /** A token of the same collection whose checksum is right, of a generation far ahead. */
  private static String forged(String token) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
    int generationAt = 16;
    int checksumAt = generationAt + Long.BYTES;
    bytes.putLong(generationAt, 1L << 62);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.array(), 0, checksumAt);
    bytes.putInt(checksumAt, (int) checksum.getValue());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  @Test
  void search_withATokenThatNoCommitMade_isRefusedRatherThanWaitedFor() {
    Reply written = upsert("{\"id\": \"a\", \"vector\": [1, 0, 0]}");
    String token = written.json().get("commit_token").asText();
    String query = "{\"vector\": [1, 0, 0], \"at_least\": \"%s\"}";
    search(query.formatted(token)).expect(200);

    Reply refused = search(query.formatted(forged(token))).expect(400);

    assertThat(refused.json().at("/errors/0/pointer").asText()).isEqualTo("/at_least");
    assertThat(refused.json().at("/errors/0/detail").asText())
        .contains("a generation that nobody has committed");
  }

  @Test
  void search_withFilter_answersMatchesOnly() {
    upsert(
        """
        {"id": "a", "vector": [1, 0, 0], "payload": {"color": "red", "price": 5, "x": 1}},
        {"id": "b", "vector": [0, 1, 0], "payload": {"color": "blue", "price": 7.5}},
        {"id": "c", "vector": [0, 0, 1], "payload": {"color": "blue", "tags": ["new"], "x": 2}}""");

    assertThat(ids("{\"color\": \"blue\"}")).isEqualTo("[b, c]");
    assertThat(ids("{\"price\": {\"$gte\": 5, \"$lt\": 7}}")).isEqualTo("[a]");
    assertThat(ids("{\"tags\": {\"$contains\": \"new\"}}")).isEqualTo("[c]");
    assertThat(ids("{\"x\": {\"$in\": [1, 2]}}")).isEqualTo("[a, c]");
    assertThat(ids("{\"color\": {\"$ne\": \"blue\"}}")).isEqualTo("[a]");
  }

  private String ids(String filter) {
    Reply found =
        search("{\"vector\": [1, 1, 1], \"filter\": " + filter + ", \"include\": []}").expect(200);
    return found.json().get("results").findValuesAsText("id").stream().sorted().toList().toString();
  }
}
