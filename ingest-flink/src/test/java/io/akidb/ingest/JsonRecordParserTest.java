package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.VectorRecord;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRecordParserTest {
  private static final JsonRecordParser PARSER = new JsonRecordParser("acme");

  private static VectorRecord parse(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return PARSER.parse(bytes, 0, bytes.length, 7);
  }

  @Test
  void parse_allFields_areRead() {
    VectorRecord row =
        parse(
            "{\"id\": \"a\", \"vector\": [1, -2.5, 3e-2], \"payload\": {\"x\": [1, {\"y\": null}]},"
                + " \"op\": \"upsert\", \"order\": 42, \"tenant_id\": \"acme\"}");

    assertThat(row.id()).isEqualTo("a");
    assertThat(row.order()).isEqualTo(42);
    assertThat(row.vector()).containsExactly(1f, -2.5f, 0.03f);
    assertThat(TestFiles.payload(row)).isEqualTo("{\"x\":[1,{\"y\":null}]}");
  }

  @Test
  void parse_onlyIdAndVector_takesTheDefaultOrder() {
    VectorRecord row = parse("{\"vector\": [], \"id\": 12, \"payload\": null, \"order\": null}");

    assertThat(row.id()).isEqualTo("12");
    assertThat(row.order()).isEqualTo(7);
    assertThat(row.vector()).isEmpty();
    assertThat(row.payload()).isNull();
  }

  @Test
  void parse_vectorOfBase64_isLittleEndianF32() {
    String base64 = Base64.getEncoder().encodeToString(TestFiles.f32(1.5f, -2f));

    assertThat(parse("{\"id\":\"a\",\"vector\":\"" + base64 + "\"}").vector())
        .containsExactly(1.5f, -2f);
  }

  @Test
  void parse_vectorOfManyNumbers_growsWithIt() {
    float[] vector = parse("{\"id\":\"a\",\"vector\":[0" + ",1".repeat(3_000) + "]}").vector();

    assertThat(vector).hasSize(3_001).endsWith(1f);
  }

  @Test
  void parse_delete_isATombstone() {
    VectorRecord row = parse("{\"op\":\"delete\",\"id\":\"a\",\"vector\":null}");

    assertThat(row.isTombstone()).isTrue();
    assertThat(row.order()).isEqualTo(7);
  }

  @Test
  void parse_eventAt_isMicrosecondsUnlessOrderIsGiven() {
    assertThat(
            parse("{\"id\":\"a\",\"vector\":[1],\"event_at\":\"1970-01-01T00:00:01.5Z\"}").order())
        .isEqualTo(1_500_000);
    assertThat(
            parse("{\"id\":\"a\",\"order\":3,\"event_at\":\"1970-01-01T00:00:01Z\",\"vector\":[1]}")
                .order())
        .isEqualTo(3);
    assertThat(
            parse("{\"id\":\"a\",\"event_at\":\"1970-01-01T00:00:01Z\",\"order\":3,\"vector\":[1]}")
                .order())
        .isEqualTo(3);
  }

  @Test
  void parse_numbersOfThePayload_keepAllTheirDigits() {
    String payload = "{\"a\":0.12345678901234567890123,\"b\":1.50,\"c\":123456789012345678901234}";

    assertThat(
            TestFiles.payload(parse("{\"id\":\"a\",\"vector\":[1],\"payload\":" + payload + "}")))
        .isEqualTo(payload);
  }

  @Test
  void parse_halfOfASurrogatePairInThePayload_staysEscaped() {
    for (String half : new String[] {"\\uD83D", "\\uDC00", "\\uD83Dx"}) {
      String payload = "{\"x\":\"" + half + "\"}";
      assertThat(
              TestFiles.payload(parse("{\"id\":\"a\",\"vector\":[1],\"payload\":" + payload + "}")))
          .isEqualTo(payload);
    }
  }

  @Test
  void parse_hugeNumberInTheVector_isInfiniteForTheValidatorToRefuse() {
    assertThat(parse("{\"id\":\"a\",\"vector\":[1e999,1" + "0".repeat(60) + "]}").vector())
        .containsExactly(Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY);
  }

  @Test
  void parse_rangeOfALargerArray_readsOnlyThat() {
    byte[] bytes = "xx{\"id\":\"a\",\"vector\":[1]}yy".getBytes(StandardCharsets.UTF_8);

    assertThat(PARSER.parse(bytes, 2, bytes.length - 4, 7).id()).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "[1]|a record is a JSON object",
        "''|a record is a JSON object",
        "nonsense|not JSON",
        "{\"id\":\"a\",\"vector\":[1]|not JSON",
        "{\"id\":\"a\",\"vector\":[1]}{}|more behind",
        "{\"id\":\"a\",\"vector\":[1]} 5|more behind",
        "{\"vector\":[1]}|id is missing",
        "{\"id\":null,\"vector\":[1]}|id is not a string",
        "{\"id\":1.5,\"vector\":[1]}|id is not a string",
        "{\"id\":\"\\ud83d\",\"vector\":[1]}|id has half of a surrogate pair",
        "{\"id\":\"a\"}|vector is missing",
        "{\"id\":\"a\",\"vector\":7}|vector is neither",
        "{\"id\":\"a\",\"vector\":[1,\"x\"]}|vector[1] is not a number",
        "{\"id\":\"a\",\"vector\":[[1]]}|vector[0] is not a number",
        "{\"id\":\"a\",\"vector\":[NaN]}|not JSON",
        "{\"id\":\"a\",\"vector\":[Infinity]}|not JSON",
        "{\"id\":\"a\",\"vector\":\"?\"}|not base64",
        "{\"id\":\"a\",\"vector\":\"AAAA\"}|3 bytes, not of whole f32",
        "{\"id\":\"a\",\"vector\":[1],\"payload\":[]}|payload is not an object",
        "{\"id\":\"a\",\"vector\":[1],\"op\":\"remove\"}|op is 'remove'; known are upsert and delete",
        "{\"id\":\"a\",\"vector\":[1],\"op\":1}|op is not a string",
        "{\"id\":\"a\",\"vector\":[1],\"op\":\"delete\"}|vector stands in a record whose op is delete",
        "{\"id\":\"a\",\"vector\":[1],\"order\":\"5\"}|order is not a whole number",
        "{\"id\":\"a\",\"vector\":[1],\"order\":1.5}|order is not a whole number",
        "{\"id\":\"a\",\"vector\":[1],\"order\":9223372036854775808}|order is not a whole number of 64",
        "{\"id\":\"a\",\"vector\":[1],\"event_at\":\"today\"}|event_at is not a time",
        "{\"id\":\"a\",\"vector\":[1],\"event_at\":\"+1000000000-12-31T23:59:59Z\"}|event_at is not a",
        "{\"id\":\"a\",\"vector\":[1],\"tenant_id\":\"evil\"}|tenant_id is not the tenant",
        "{\"id\":\"a\",\"vector\":[1],\"colour\":1}|unknown field 'colour'; known are id, vector",
        "{\"id\":\"a\",\"id\":\"b\",\"vector\":[1]}|Duplicate field 'id'",
        "{\"id\":\"a\",\"vector\":[1],\"payload\":{\"x\":1,\"x\":2}}|Duplicate field 'x'",
      })
  void parse_badRecord_namesTheField(String json, String reason) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void parse_deepNesting_isRefusedWithoutDeepRecursion() {
    String deep = "{\"a\":".repeat(100_000);

    assertThatThrownBy(() -> parse("{\"id\":\"a\",\"payload\":" + deep))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("nesting depth");
  }

  @Test
  void parse_vectorOfTooManyNumbers_isRefused() {
    assertThatThrownBy(() -> parse("{\"id\":\"a\",\"vector\":[0" + ",1".repeat(65_536) + "]}"))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("vector has more than 65536 numbers");
  }

  @Test
  void parse_otherEncodings_areRefused() {
    String record = "{\"id\":\"a\u00e9\",\"vector\":[1]}";
    for (var charset :
        new java.nio.charset.Charset[] {
          StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16, StandardCharsets.UTF_16LE
        }) {
      byte[] bytes = record.getBytes(charset);
      assertThatThrownBy(() -> PARSER.parse(bytes, 0, bytes.length, 7))
          .isInstanceOf(BadRecordException.class)
          .hasMessage("not UTF-8");
    }
  }

  @Test
  void parse_byteOrderMark_isPassedOver() {
    assertThat(parse("\ufeff{\"id\":\"a\",\"vector\":[1]}").id()).isEqualTo("a");
  }

  @Test
  void parse_longNamesAndMessages_areAbbreviated() {
    assertThatThrownBy(() -> parse("{\"" + "n".repeat(10_000) + "\":1}"))
        .isInstanceOf(BadRecordException.class)
        .message()
        .hasSizeLessThan(300);
  }

  @Test
  void sidecar_otherFields_areThePayload() {
    JsonRecordParser.Sidecar line = sidecar("{\"price\":1.50,\"id\":\"a\",\"payload\":{\"x\":1}}");

    assertThat(line.id()).isEqualTo("a");
    assertThat(new String(line.payload(), StandardCharsets.UTF_8))
        .isEqualTo("{\"price\":1.50,\"payload\":{\"x\":1}}");
  }

  @Test
  void sidecar_payloadAlone_isThePayload() {
    assertThat(sidecar("{\"id\":5,\"payload\":{\"x\":1}}").payload())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"x\":1}");
    assertThat(sidecar("{\"id\":5,\"payload\":1}").payload())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"payload\":1}");
  }

  private static JsonRecordParser.Sidecar sidecar(String json) {
    return JsonRecordParser.sidecar(json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "''|line is a JSON object",
        "[]|line is a JSON object",
        "{\"x\":1}|id is missing in the sidecar",
        "{\"id\":null}|id is missing in the sidecar",
        "{\"id\":{}}|id is missing in the sidecar",
        "{\"id\":\"\\ud83d\"}|id has half",
        "{\"id\":\"a\"}{}|line is not JSON",
        "{\"id\":\"a\",\"id\":\"b\"}|line is not JSON",
        "{|line is not JSON",
      })
  void sidecar_badLine_namesTheField(String json, String reason) {
    assertThatThrownBy(() -> sidecar(json))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void payloadHas_valuesOfEveryKind_areComparedAsText() {
    byte[] payload =
        "{\"s\":\"a\",\"n\":5,\"b\":true,\"o\":{},\"l\":[]}".getBytes(StandardCharsets.UTF_8);

    assertThat(JsonRecordParser.payloadHas(payload, "s", "a")).isTrue();
    assertThat(JsonRecordParser.payloadHas(payload, "s", "b")).isFalse();
    assertThat(JsonRecordParser.payloadHas(payload, "n", "5")).isTrue();
    assertThat(JsonRecordParser.payloadHas(payload, "b", "true")).isTrue();
    assertThat(JsonRecordParser.payloadHas(payload, "o", "")).isFalse();
    assertThat(JsonRecordParser.payloadHas(payload, "l", "")).isFalse();
    assertThat(JsonRecordParser.payloadHas(payload, "missing", "a")).isFalse();
    assertThat(JsonRecordParser.payloadHas(null, "s", "a")).isFalse();
  }

  @Test
  void payloadHas_noJsonObject_isLeftForTheValidator() {
    for (String payload : new String[] {"", "{", "[1]", "5"}) {
      assertThat(JsonRecordParser.payloadHas(payload.getBytes(StandardCharsets.UTF_8), "s", "a"))
          .as(payload)
          .isTrue();
    }
  }
}
