package io.akidb.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttributesTest {
  private static byte[] utf8(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void parse_declaredAttributes_haveTheirTypes() {
    byte[] payload =
        utf8(
            """
            {"other":{"category":"no"},"category":"shoe","tags":["a","b"],"stock":7,"price":3,
             "sold":true,"list":[1,2]}""");

    assertThat(Attributes.parse(payload, Fixture.SCHEMA))
        .isEqualTo(
            Map.of(
                "category", new AttributeValue.Text("shoe"),
                "tags", new AttributeValue.TextList(List.of("a", "b")),
                "stock", new AttributeValue.Whole(7),
                "price", new AttributeValue.Real(3),
                "sold", new AttributeValue.Flag(true)));
  }

  @Test
  void parse_missingNullOrOfAnotherType_areLeftOut() {
    assertThat(Attributes.parse(null, Fixture.SCHEMA)).isEmpty();
    assertThat(
            Attributes.parse(
                utf8("{\"category\":null,\"stock\":1.5,\"tags\":[1],\"price\":\"x\",\"sold\":{}}"),
                Fixture.SCHEMA))
        .isEmpty();
    assertThat(Attributes.parse(utf8("{\"a\":1}"), CollectionSchema.of(3, Metric.L2))).isEmpty();
  }

  @Test
  void parse_nameTwice_theLastCounts() {
    assertThat(Attributes.parse(utf8("{\"stock\":1,\"stock\":2}"), Fixture.SCHEMA))
        .containsExactly(Map.entry("stock", new AttributeValue.Whole(2)));
    assertThat(Attributes.parse(utf8("{\"stock\":1,\"stock\":null}"), Fixture.SCHEMA)).isEmpty();
  }

  @Test
  void parse_real_ofEveryForm() {
    assertThat(Attributes.parse(utf8("{\"price\":-1.25e2}"), Fixture.SCHEMA).get("price"))
        .isEqualTo(new AttributeValue.Real(-125));
    assertThat(Attributes.parse(utf8("{\"price\":18446744073709551616}"), Fixture.SCHEMA))
        .containsEntry("price", new AttributeValue.Real(0x1p64));
  }

  @Test
  void find_anyField_hasTheTypeItHas() {
    byte[] payload =
        utf8(
            "{\"s\":\"x\",\"l\":[\"x\"],\"e\":[],\"n\":1,\"d\":1.5,\"t\":true,\"f\":false,"
                + "\"z\":null,\"o\":{\"n\":2},\"m\":[1],\"big\":1e999}");

    assertThat(Attributes.find(payload, "s")).isEqualTo(new AttributeValue.Text("x"));
    assertThat(Attributes.find(payload, "l")).isEqualTo(new AttributeValue.TextList(List.of("x")));
    assertThat(Attributes.find(payload, "e")).isEqualTo(new AttributeValue.TextList(List.of()));
    assertThat(Attributes.find(payload, "n")).isEqualTo(new AttributeValue.Whole(1));
    assertThat(Attributes.find(payload, "d")).isEqualTo(new AttributeValue.Real(1.5));
    assertThat(Attributes.find(payload, "t")).isEqualTo(new AttributeValue.Flag(true));
    assertThat(Attributes.find(payload, "f")).isEqualTo(new AttributeValue.Flag(false));
    for (String none : List.of("z", "o", "m", "big", "missing")) {
      assertThat(Attributes.find(payload, none)).as(none).isNull();
    }
    assertThat(Attributes.find(null, "s")).isNull();
    assertThat(Attributes.find(utf8("[1]"), "s")).isNull();
  }

  @Test
  void read_noJson_isRefused() {
    assertThatThrownBy(() -> Attributes.parse(utf8("{"), Fixture.SCHEMA))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Attributes.find(utf8("{\"a\""), "a"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
