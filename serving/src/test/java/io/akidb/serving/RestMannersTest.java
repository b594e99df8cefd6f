package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.TestNode.Reply;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The form of requests and answers: errors, bounds, request ids, repetition. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestMannersTest {
  private TestNode node;

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

  private Reply search(String body) {
    return node.post("/collections/c/search", body);
  }

  private static String pointer(Reply reply) {
    return reply.json().at("/errors/0/pointer").asText();
  }

  private static String detail(Reply reply) {
    return reply.json().at("/errors/0/detail").asText();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'vektor': [1, 0]} | /vektor | did you mean 'vector'",
        "{'vector': [1, 0], 'k': 0} | /k | 1 to 10000",
        "{'vector': [1, 0], 'k': 10001} | /k | 1 to 10000",
        "{'vector': [1, 0], 'k': 1.5} | /k | whole number",
        "{'vector': [1, 0, 0]} | /vector | has 3 numbers, the collection has 2",
        "{'vector': [1, 'x']} | /vector/1 | must be a number",
        "{'vector': [1, 1e60]} | /vector/1 | not finite",
        "{'vector': [0, 0]} | /vector | all zeros",
        "{'vector': 7} | /vector | list of numbers",
        "{'vector': '!!'} | /vector | not base64",
        "{'vector': 'AAAA'} | /vector | no 32-bit floats",
        "{'vectors': []} | /vectors | at least one",
        "{'vectors': 1} | /vectors | list of vectors",
        "{'vectors': [[1, 0], [1]]} | /vectors/1 | has 1 numbers",
        "{} | '' | exactly one of",
        "{'id': 'a', 'vector': [1, 0]} | '' | exactly one of",
        "{'vector': [1, 0], 'recall': 2} | /recall | from 0.0 to 1.0",
        "{'vector': [1, 0], 'recall': 0.5, 'search_list_size': 9} | /recall | cannot stand beside",
        "{'vector': [1, 0], 'search_list_size': 0} | /search_list_size | from 1",
        "{'vector': [1, 0], 'include': ['all']} | /include/0 | 'payload' or 'vector'",
        "{'vector': [1, 0], 'include': 'all'} | /include | list of strings",
        "{'vector': [1, 0], 'at_least': 'x'} | /at_least | is not one",
        "{'vector': [1, 0], 'explain': 1} | /explain | true or false",
        "{'vector': [1, 0], 'filter': 1} | /filter | must be an object",
        "{'vector': [1, 0], 'filter': {'$an': []}} | /filter/$an | did you mean '$and'",
        "{'vector': [1, 0], 'filter': {'s': {'$equ': 1}}} | /filter/s/$equ | did you mean '$eq'",
        "{'vector': [1, 0], 'filter': {'s': 1}} | /filter/s | must be a string",
        "{'vector': [1, 0], 'filter': {'l': 1.5}} | /filter/l | whole number",
        "{'vector': [1, 0], 'filter': {'b': {'$in': [true, 'x']}}} | /filter/b/$in/1 | true or"
            + " false",
        "{'vector': [1, 0], 'filter': {'d': null}} | /filter/d | $exists",
        "{'vector': [1, 0], 'filter': {'b': {'$gt': true}}} | /filter/b/$gt | does not apply",
        "{'vector': [1, 0], 'filter': {'x': {'$gt': true}}} | /filter/x/$gt | number or a text",
        "{'vector': [1, 0], 'filter': {'s': {'$contains': 'x'}}} | /filter/s/$contains | string[]"
            + " only",
        "{'vector': [1, 0], 'filter': {'l': {'$prefix': 'x'}}} | /filter/l/$prefix | texts only",
        "{'vector': [1, 0], 'filter': {'s': {'$exists': 1}}} | /filter/s/$exists | true or false",
        "{'vector': [1, 0], 'filter': {'s': {'$in': []}}} | /filter/s/$in | at least one",
        "{'vector': [1, 0], 'filter': {'$or': []}} | /filter/$or | at least one",
        "{'vector': [1, 0], 'filter': {'s': {}}} | /filter/s | needs an operator",
        "{'vector': [1, 0], 'filter': {'s': {'$not': 1}}} | /filter/s/$not | object of operators",
        "{'vector': [1, 0], 'filter': {'': 1}} | /filter/ | no attribute",
        "{'vector': [1, 0]} x | '' | not JSON",
        "[] | '' | must be a JSON object",
        "{'vector': [1, 0 | '' | not JSON",
      })
  void search_thatIsWrong_isRefusedWithItsPlace(String body, String at, String says) {
    Reply refused = search(body.replace('\'', '"')).expect(400);

    assertThat(refused.code()).isEqualTo("invalid_request");
    assertThat(pointer(refused)).isEqualTo(at.equals("''") ? "" : at);
    assertThat(detail(refused)).contains(says.strip());
    assertThat(refused.json().get("retryable").asBoolean()).isFalse();
    assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'name': 'B', 'vector_dim': 2} | /name",
        "{'name': 'd'} | /vector_dim",
        "{'vector_dim': 2} | /name",
        "{'name': 'd', 'vector_dim': 5000} | /vector_dim",
        "{'name': 'd', 'vector_dim': 2, 'distance': 'manhattan'} | /distance",
        "{'name': 'd', 'vector_dim': 2, 'index_type': 'hnsw'} | /index_type",
        "{'name': 'd', 'vector_dim': 2, 'attributes': {'a': 'int'}} | /attributes/a",
        "{'name': 'd', 'vector_dim': 2, 'attributes': 1} | /attributes",
        "{'name': 'd', 'vector_dim': 2, 'attributes': {'1': 'long'}} | /attributes",
        "{'name': 'd', 'vector_dimension': 2} | /vector_dimension",
      })
  void collection_thatCannotBe_isRefusedWithItsField(String body, String at) {
    Reply refused = node.post("/collections", body.replace('\'', '"')).expect(400);
    assertThat(pointer(refused)).isEqualTo(at);
    assertThat(detail(refused)).doesNotStartWith(at.substring(1) + " ");
  }

  @Test
  void wholeNumber_writtenWithAPoint_isOne() {
    String body = "{\"name\": \"point\", \"vector_dim\": 2.0}";
    assertThat(node.post("/collections", body).expect(201).json().get("vector_dim").asInt())
        .isEqualTo(2);
    for (String bad : List.of("2.5", "1e300", "-2.0", "4097.0")) {
      String refused = body.replace("2.0", bad);
      assertThat(pointer(node.post("/collections", refused).expect(400))).isEqualTo("/vector_dim");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'vectors': [{'id': 'x', 'vector': [1]}]} | /vectors/0/vector",
        "{'vectors': [{'id': 'x', 'vector': [1, 2]}, {'id': '', 'vector': [1, 2]}]} |"
            + " /vectors/1/id",
        "{'vectors': [{'id': 'x', 'vector': [1, 2], 'payload': {'l': 'no'}}]} |"
            + " /vectors/0/payload/l",
        "{'vectors': [{'id': 'x', 'vector': [1, 2], 'payload': 5}]} | /vectors/0/payload",
        "{'vectors': [{'id': 'x', 'vector': [1, 2], 'playload': {}}]} | /vectors/0/playload",
        "{'vectors': [{'id': 5, 'vector': [1, 2]}]} | /vectors/0/id",
        "{'vectors': [{'id': 'x'}]} | /vectors/0/vector",
        "{'vectors': [{'vector': [1, 2]}]} | /vectors/0/id",
        "{'vectors': [{'id': 'x', 'vector': [0, 0]}]} | /vectors/0/vector",
        "{'vectors': [5]} | /vectors/0",
        "{'vectors': []} | /vectors",
        "{'vectors': 5} | /vectors",
        "{'vectros': []} | /vectros",
        "5 | ''",
      })
  void upsert_withOneBadRow_writesNothing(String body, String at) {
    Reply refused = node.post("/collections/c/vectors", body.replace('\'', '"')).expect(400);
    assertThat(pointer(refused)).isEqualTo(at.equals("''") ? "" : at);
    node.get("/collections/c/vectors/x").expect(404);
  }

  @Test
  void deleteFetchScrollAndIndex_thatAreWrong_areRefused() {
    String path = "/collections/c/vectors";
    node.post(path + "/delete", "{}").expect(400);
    node.post(path + "/delete", "{\"ids\": [\"a\"], \"filter\": {}}").expect(400);
    node.post(path + "/delete", "{\"ids\": [\"\"]}").expect(400);
    assertThat(detail(node.post(path + "/delete", "{\"filter\": {}}").expect(400)))
        .contains("every vector");
    node.get(path + "?include=vectors").expect(400);
    node.get(path + "?include=").expect(400);
    search("{\"vector\": [1, 0], \"k\": 1, \"k\": 2}").expect(400);
    node.post(path, "{\"vectors\": [{\"id\": \"x\", \"vector\": [1, 0], \"id\": \"y\"}]}")
        .expect(400);
    node.post(path + "/delete", "{\"ids\": [5]}").expect(400);
    node.post(path + "/fetch", "{\"ids\": []}").expect(400);
    node.get(path + "?limit=0").expect(400);
    node.get(path + "?limit=x").expect(400);
    node.get(path + "?cursor=*").expect(400);
    node.get("/collections?cursor=*").expect(400);
    assertThat(detail(node.get(path + "?limti=5").expect(400))).contains("'limit'");
    node.post("/collections/c/index", "{\"type\": \"flat\"}").expect(400);
    assertThat(
            pointer(
                node.post("/collections/c/index", "{\"parameters\": {\"alpha\": 9}}").expect(400)))
        .isEqualTo("/parameters/alpha");
    assertThat(
            node.post("/collections/c/index", "{\"parameters\": {\"quantization\": \"sq\"}}")
                .expect(400)
                .json()
                .toString())
        .contains("'sq4', 'rabitq'");
    String storage =
        node.post("/collections/c/index", "{\"parameters\": {\"vector_storage\": \"f8\"}}")
            .expect(400)
            .json()
            .toString();
    assertThat(storage).contains("/parameters/vector_storage", "'auto', 'f32', 'f16', 'int8'");
    node.post(
            "/collections/c/index",
            "{\"parameters\": {\"quantization\": \"sq4\", \"pq_subvectors\": 1}}")
        .expect(400);
    node.post("/collections/c/index", "{\"parameters\": {\"pq_subvectors\": 3}}").expect(400);
    node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(409);
  }

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
  void filters_beyondTheirBounds_areRefused() {
    String deep = "{\"$not\": ".repeat(20) + "{\"s\": \"x\"}" + "}".repeat(20);
    assertThat(detail(search("{\"vector\": [1, 0], \"filter\": " + deep + "}").expect(400)))
        .contains("deeper");
    String wide = "{\"$or\": [" + "{\"s\": \"x\"},".repeat(300) + "{\"s\": \"x\"}]}";
    assertThat(detail(search("{\"vector\": [1, 0], \"filter\": " + wide + "}").expect(400)))
        .contains("256 clauses");
    String in = "{\"l\": {\"$in\": [" + "1,".repeat(1100) + "1]}}";
    assertThat(detail(search("{\"vector\": [1, 0], \"filter\": " + in + "}").expect(400)))
        .contains("at most 1024");
    assertThat(
            detail(
                search("{\"vector\": [1, 0], \"filter\": {\"s\": \"" + "x".repeat(5000) + "\"}}")
                    .expect(400)))
        .contains("longer than");
    String nested = "[".repeat(100) + "]".repeat(100);
    assertThat(detail(search("{\"vector\": [1, 0], \"filter\": " + nested + "}").expect(400)))
        .contains("not JSON");
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
