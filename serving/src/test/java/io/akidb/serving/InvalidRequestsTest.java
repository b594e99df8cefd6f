package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode.Reply;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that cannot be: each is refused with the place and the remedy. */
class InvalidRequestsTest extends RestFixture {
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
}
