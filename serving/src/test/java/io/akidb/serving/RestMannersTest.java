package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.TestNode.Reply;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The form of requests and answers: errors, bounds, request ids, repetition. */
class RestMannersTest extends RestFixture {
  @Test
  void fetch_ofSome_listsThemAndTheMissing() {
    Reply found =
        node.post("/collections/c/vectors/fetch", "{\"ids\": [\"a\", \"z\"]}").expect(200);
    assertThat(found.json().at("/vectors/0/id").asText()).isEqualTo("a");
    assertThat(found.json().at("/vectors/0/vector/0").asInt()).isEqualTo(1);
    assertThat(found.json().at("/missing/0").asText()).isEqualTo("z");
  }

  @Test
  void bodies_tooLarge_areRefusedBeforeTheyAreRead() {
    Reply search =
        search("{\"vector\": [1, 0], \"filter\": {\"s\": \"" + "x".repeat(70_000) + "\"}}")
            .expect(413);
    assertThat(search.code()).isEqualTo("too_large");
    Reply write = node.post("/collections/c/vectors", "x".repeat(1_100_000));
    assertThat(write.expect(413).code()).isEqualTo("too_large");
  }

  @Test
  void requestId_givenOrNot_comesBack() {
    Reply given = node.send("GET", "/collections/none", null, "X-Request-ID", "abc-1").expect(404);
    assertThat(given.header("X-Request-ID")).isEqualTo("abc-1");
    assertThat(given.json().get("request_id").asText()).isEqualTo("abc-1");
    Reply hostile =
        node.send("GET", "/collections", null, "X-Request-ID", "a b\t<script>").expect(200);
    assertThat(hostile.header("X-Request-ID")).hasSize(36);
  }

  @Test
  void pathsAndMethods_thatDoNotExist_areProblems() {
    assertThat(node.get("/nothing").expect(404).code()).isEqualTo("not_found");
    assertThat(node.send("PATCH", "/collections", "{}").expect(405).code())
        .isEqualTo("method_not_allowed");
    assertThat(node.get("/collections/c/vectors/%2e%2e%2f").status()).isIn(400, 404);
    Reply media = node.send("POST", "/collections/c/vectors", null, "Content-Type", "text/csv");
    assertThat(media.expect(415).code()).isEqualTo("unsupported_media_type");
  }

  @Test
  void garbage_onTheWire_isAnsweredWithoutInnards() throws IOException {
    for (String garbage :
        new String[] {
          "NONSENSE\r\n\r\n",
          "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
          "POST /v1/collections HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(40_000) + "\r\n\r\n"
        }) {
      try (Socket socket =
          new Socket(java.net.InetAddress.getLoopbackAddress(), node.node().port())) {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(garbage.getBytes(StandardCharsets.UTF_8));
        socket.shutdownOutput();
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer)
            .startsWith("HTTP/1.1 4")
            .doesNotContain("jetty", "Jetty", "Exception", "at io.", "<html");
      }
    }
  }

  @Test
  void method_thatThePathHasNot_isToldWhichItHas() {
    Reply refused = node.put("/collections", "{}").expect(405);
    assertThat(refused.header("Allow")).contains("GET", "POST").doesNotContain("DELETE");
  }

  @Test
  void base64_andSeveralVectors_findTheSame() {
    byte[] bytes =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(0).array();
    String base64 = Base64.getEncoder().encodeToString(bytes);
    JsonNode one = search("{\"vector\": \"" + base64 + "\"}").expect(200).json();
    JsonNode many = search("{\"vectors\": [[1, 0], \"" + base64 + "\"]}").expect(200).json();
    assertThat(one.at("/results/0/id").asText()).isEqualTo("a");
    assertThat(many.at("/results/0")).isEqualTo(one.get("results"));
    assertThat(many.at("/results/1")).isEqualTo(one.get("results"));
  }

  @Test
  void radius_leavesOutWhatIsFarther() {
    node.post("/collections", "{\"name\": \"r\", \"vector_dim\": 2, \"distance\": \"l2\"}")
        .expect(201);
    node.post(
            "/collections/r/vectors",
            "{\"vectors\": [{\"id\": \"n\", \"vector\": [1, 0]}, {\"id\": \"f\", \"vector\": [9,"
                + " 0]}]}")
        .expect(200);
    assertThat(
            node.post("/collections/r/search", "{\"vector\": [0, 0], \"radius\": 2}")
                .expect(200)
                .json()
                .get("results"))
        .hasSize(1);
    node.delete("/collections/r").expect(204);
    node.post("/collections/r/search", "{\"vector\": [0, 0]}").expect(404);
    node.delete("/collections/r").expect(404);
  }

  @Test
  void idempotencyKey_repeated_answersAsTheFirstTime() {
    String row = "{\"vectors\": [{\"id\": \"i\", \"vector\": [1, 1]}]}";
    Reply first =
        node.send("POST", "/collections/c/vectors", row, "Idempotency-Key", "k1").expect(200);
    Reply again =
        node.send("POST", "/collections/c/vectors", row, "Idempotency-Key", "k1").expect(200);
    assertThat(again.json()).isEqualTo(first.json());
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    node.send("POST", "/collections/c/vectors", row.replace("i", "j"), "Idempotency-Key", "k1")
        .expect(409);
    node.send("POST", "/collections/c/vectors", row, "Idempotency-Key", "\u00e4 b").expect(400);
    node.send("POST", "/collections/c/vectors", "{}", "Idempotency-Key", "k2").expect(400);
    node.send("POST", "/collections/c/vectors", row, "Idempotency-Key", "k2").expect(200);
    node.post("/collections/c/vectors/delete", "{\"ids\": [\"i\"]}").expect(200);
  }

  @Test
  void idempotencyKey_onACallThatOnlyReads_keepsNoAnswer() {
    Reply user =
        node.post("/users", "{\"name\": \"i\", \"kind\": \"service_account\"}").expect(201);
    String asked =
        "{\"permission\": \"users.manage\", \"user_id\": " + user.json().get("user_id") + "}";
    for (int i = 0; i < 2; i++) {
      for (String path : List.of("/users", "/api-keys", "/roles", "/audit")) {
        Reply read = node.send("GET", path, null, "Idempotency-Key", "r").expect(200);
        assertThat(read.header("Idempotency-Replayed")).as(path).isEmpty();
      }
      Reply explained =
          node.send("POST", "/authz/explain", asked, "Idempotency-Key", "r").expect(200);
      assertThat(explained.header("Idempotency-Replayed")).isEmpty();
    }
  }

  @Test
  void health_isOpenAndMetricsAreTheOperatorsAndBounded() {
    assertThat(node.as("").get("/health/live").expect(200).json().get("status").asText())
        .isEqualTo("live");
    node.as("").get("/v1/health/ready").expect(200);
    node.as("").get("/metrics").expect(401);
    String metrics =
        new String(node.get("/metrics").expect(200).http().body(), StandardCharsets.UTF_8);
    assertThat(metrics)
        .contains(
            "akidb_http_request_duration_seconds_count{method=\"POST\",route=\"/collections/{collection}/vectors\",status=\"2xx\"}")
        .contains(
            "akidb_open_collections", "akidb_fresh_bytes", "akidb_generation_lag_max", "jvm_memory")
        .doesNotContain("/collections/c/");
  }

  @Test
  void index_askedFor_isARequestInTheBucket() {
    assertThat(node.get("/collections/c/index").expect(200).json().get("state").asText())
        .isEqualTo("none");
    Reply asked =
        node.post(
                "/collections/c/index",
                "{\"type\": \"diskann\", \"parameters\": {\"max_degree\": 32, \"alpha\": 1.3,"
                    + " \"seed\": 5, \"quantization\": \"pq\", \"vector_storage\": \"f16\"}}")
            .expect(202);
    Reply state = node.get("/collections/c/index").expect(200);
    assertThat(state.json().get("state").asText()).isEqualTo("pending");
    assertThat(state.json().get("build_id")).isEqualTo(asked.json().get("build_id"));
    assertThat(state.json().get("fresh").asLong()).isPositive();
  }
}
