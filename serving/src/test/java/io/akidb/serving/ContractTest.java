package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The judge of all other tests' calls is no rubber stamp. */
class ContractTest {
  private static final String SEARCH = "/v1/collections/c/search";

  private static JsonNode json(String text) throws JsonProcessingException {
    return TestNode.JSON.readTree(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'results': [], 'generation': 1} | answer lacks took_ms",
        "{'results': [{'id': 'a'}], 'generation': 1, 'took_ms': 1} | answer/results/0 lacks score",
        "{'results': [], 'generation': '1', 'took_ms': 1} | answer/generation is not of type",
        "{'results': [], 'generation': 1, 'took_ms': 1, 'more': 1} | answer has more",
        "{'results': [{'id': 'a', 'score': 1, 'payload': 5}], 'generation': 1, 'took_ms': 1} | not of type",
      })
  void check_answerOffTheContract_isTold(String answer, String word) {
    assertThatThrownBy(() -> Contract.check("POST", SEARCH, null, 200, json(answer)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(word);
  }

  @Test
  void check_answerByTheContract_passes() {
    assertThatCode(
            () ->
                Contract.check(
                    "POST",
                    SEARCH,
                    json("{'vector': [1, 2]}"),
                    200,
                    json(
                        "{'results': [[{'id': 'a', 'score': 1.5, 'payload': {'x': 1}}]],"
                            + " 'generation': 1, 'took_ms': 0.2}")))
        .doesNotThrowAnyException();
  }

  @Test
  void check_acceptedRequestOffTheContract_isTold() throws JsonProcessingException {
    JsonNode answer = json("{'results': [], 'generation': 1, 'took_ms': 1}");
    assertThatThrownBy(() -> Contract.check("POST", SEARCH, json("{'kay': 5}"), 200, answer))
        .hasMessageContaining("request has kay");
  }

  @Test
  void check_statusOffTheContract_isTold() {
    assertThatThrownBy(() -> Contract.check("POST", SEARCH, null, 202, json("{}")))
        .hasMessageContaining("status 202 is not in the contract");
  }

  @Test
  void check_problemWithoutItsCode_isTold() {
    assertThatThrownBy(() -> Contract.check("POST", SEARCH, null, 400, json("{'title': 'x'}")))
        .hasMessageContaining("answer lacks code");
  }
}
