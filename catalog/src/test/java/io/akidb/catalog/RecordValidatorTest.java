package io.akidb.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordValidatorTest {
  private static final float[] VECTOR = {1, 0, -1};
  private final RecordValidator validator = new RecordValidator(Fixture.SCHEMA);

  private List<FieldError> check(String id, long order, float[] vector, byte[] payload) {
    return validator.check(new VectorRecord(id, order, vector, payload));
  }

  private List<FieldError> checkPayload(String json) {
    return check("a", 1, VECTOR, json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void check_goodRecords_findsNothing() {
    assertThat(check("a", 0, VECTOR, null)).isEmpty();
    assertThat(check("ü".repeat(256), Long.MAX_VALUE, VECTOR, null)).isEmpty();
    assertThat(check("😀".repeat(128), 1, VECTOR, null)).isEmpty();
    assertThat(check("日".repeat(170), 1, VECTOR, null)).isEmpty();
    assertThat(validator.check(VectorRecord.tombstone("a", 1))).isEmpty();
    assertThat(
            checkPayload(
                """
                {"category":"é","tags":["a","b"],"stock":-9223372036854775808,"price":1,
                 "sold":false,"undeclared":{"deep":[1,{"x":null}]}}"""))
        .isEmpty();
    assertThat(checkPayload("{\"category\":null,\"tags\":[],\"price\":1e300}")).isEmpty();
    assertThat(checkPayload("{}")).isEmpty();
    assertThat(checkPayload("{\"price\":12345678901234567890123}")).isEmpty();
  }

  @Test
  void check_badIds_namesTheId() {
    String[] bad = {
      "",
      "a\nb",
      "\u007f",
      "\u0085",
      "x".repeat(513),
      "ü".repeat(257),
      "\ud800",
      "\ud800x",
      "\udc00",
      "😀".repeat(129)
    };
    for (String id : bad) {
      assertThat(check(id, 1, VECTOR, null)).extracting(FieldError::pointer).containsExactly("/id");
    }
  }

  @Test
  void check_badVectors_saysWhat() {
    assertThat(check("a", 1, new float[2], null))
        .containsExactly(new FieldError("/vector", "has 2 numbers, the collection has 3"));
    assertThat(check("a", 1, new float[] {1, Float.NaN, 1}, null))
        .containsExactly(new FieldError("/vector/1", "must be a finite number"));
    assertThat(check("a", 1, new float[] {1, 1, Float.NEGATIVE_INFINITY}, null))
        .extracting(FieldError::pointer)
        .containsExactly("/vector/2");
    assertThat(check("a", 1, new float[] {0, -0f, 0}, null))
        .extracting(FieldError::pointer)
        .containsExactly("/vector");
    assertThat(
            new RecordValidator(CollectionSchema.of(3, Metric.L2))
                .check(VectorRecord.upsert("a", 1, new float[3], null)))
        .isEmpty();
    assertThat(check("a", -1, VECTOR, null))
        .extracting(FieldError::pointer)
        .containsExactly("/order");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"category\":5}|/payload/category|a string",
        "{\"category\":[\"a\"]}|/payload/category|a string",
        "{\"tags\":\"a\"}|/payload/tags|a list of strings",
        "{\"tags\":[\"a\",5]}|/payload/tags|a list of strings",
        "{\"tags\":[\"a\",[\"b\"]]}|/payload/tags|a list of strings",
        "{\"stock\":1.5}|/payload/stock|a whole number",
        "{\"stock\":9223372036854775808}|/payload/stock|a whole number",
        "{\"stock\":\"1\"}|/payload/stock|a whole number",
        "{\"price\":\"1\"}|/payload/price|a finite number",
        "{\"price\":1e999}|/payload/price|a finite number",
        "{\"sold\":0}|/payload/sold|true or false",
        "{\"sold\":{}}|/payload/sold|true or false",
      })
  void check_wrongAttributeType_namesIt(String json, String pointer, String type) {
    List<FieldError> errors = checkPayload(json);
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0).pointer()).isEqualTo(pointer);
    assertThat(errors.get(0).detail()).contains(type).endsWith("or null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "null",
        "\"x\"",
        "{",
        "{\"a\":}",
        "{\"a\":1}}",
        "{\"a\":1} {}",
        "{'a':1}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":\"\u0001\"}",
        "nope",
        "\u0000{}",
        "{\"category\":\"x"
      })
  void check_noJsonObject_namesThePayload(String json) {
    assertThat(checkPayload(json)).extracting(FieldError::pointer).containsExactly("/payload");
  }

  @Test
  void check_otherEncodings_areRefused() {
    for (byte[] payload :
        List.of(
            "{}".getBytes(StandardCharsets.UTF_16),
            "{}".getBytes(StandardCharsets.UTF_16LE),
            "{\"a\":\"ü\"}".getBytes(StandardCharsets.ISO_8859_1),
            new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xC0, (byte) 0x80, '"', '}'})) {
      assertThat(check("a", 1, VECTOR, payload))
          .extracting(FieldError::pointer)
          .containsExactly("/payload");
    }
  }

  @Test
  void check_tooLargeOrTooDeep_isRefused() {
    String large = "{\"a\":\"" + "x".repeat(65_536) + "\"}";
    assertThat(checkPayload(large))
        .singleElement()
        .satisfies(e -> assertThat(e.detail()).contains("at most 65536"));
    String deep = "{\"a\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}";
    assertThat(checkPayload(deep))
        .singleElement()
        .satisfies(e -> assertThat(e.detail()).contains("32 levels"));
    String deepNumber = "{\"a\":" + "9".repeat(60_000) + "}";
    assertThat(checkPayload(deepNumber)).hasSize(1);
  }

  @Test
  void check_manyErrors_stopsAtABound() {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < 100; i++) {
      json.append("\"stock\":true,");
    }
    assertThat(checkPayload(json.append("\"x\":1}").toString())).hasSize(16);
  }

  @Test
  void check_randomBytes_neverThrows() {
    Random random = new Random(5);
    for (int trial = 0; trial < 20_000; trial++) {
      byte[] bytes =
          "{\"category\":\"abc\",\"tags\":[\"x\"],\"price\":1.5}".getBytes(StandardCharsets.UTF_8);
      for (int i = random.nextInt(4); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      List<FieldError> errors = check("a", 1, VECTOR, bytes);
      if (errors.isEmpty()) {
        Attributes.parse(bytes, Fixture.SCHEMA); // what passed can be read
        Attributes.find(bytes, "price");
      }
    }
  }
}
