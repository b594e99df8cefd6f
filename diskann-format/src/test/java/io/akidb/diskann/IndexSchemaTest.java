package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IndexSchemaTest {
  private static IndexSchema schema(int dimension, SortedMap<String, AttributeType> attributes) {
    return new IndexSchema(dimension, DistanceMetric.L2, attributes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 4097, Integer.MAX_VALUE})
  void dimension_outOfBounds_isRefused(int dimension) {
    assertThatThrownBy(() -> schema(dimension, new TreeMap<>()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dimension must be 1 to 4096");
  }

  @Test
  void attributes_tooMany_areRefused() {
    SortedMap<String, AttributeType> attributes = new TreeMap<>();
    for (int i = 0; i < 256; i++) {
      attributes.put("a" + i, AttributeType.LONG);
    }
    assertThat(schema(4096, attributes).attributes()).isEqualTo(attributes);
    attributes.put("b", AttributeType.LONG);
    assertThatThrownBy(() -> schema(1, attributes)).hasMessageContaining("256");
  }

  @Test
  void attributes_changedLater_doNotChangeTheSchema() {
    SortedMap<String, AttributeType> attributes = new TreeMap<>();
    IndexSchema schema = schema(1, attributes);
    attributes.put("a", AttributeType.LONG);
    assertThat(schema.attributes()).isEmpty();
  }

  @Test
  void attributeName_tooLongOrWithoutUtf8_isRefused() {
    SortedMap<String, AttributeType> attributes = new TreeMap<>();
    attributes.put("\u00e9".repeat(512), AttributeType.LONG);
    assertThat(schema(1, attributes).attributes()).hasSize(1);
    attributes.put("\u00e9".repeat(513), AttributeType.LONG);
    assertThatThrownBy(() -> schema(1, attributes)).hasMessageContaining("1024 bytes");
    SortedMap<String, AttributeType> halved = new TreeMap<>();
    halved.put("\ud83d", AttributeType.LONG);
    assertThatThrownBy(() -> schema(1, halved)).hasMessageContaining("surrogate");
  }

  @ParameterizedTest
  @EnumSource
  void type_code_comesBack(AttributeType type) {
    assertThat(type.code()).isBetween(0, AttributeType.CODES - 1);
    assertThat(AttributeType.ofCode(type.code())).isEqualTo(type);
  }

  @ParameterizedTest
  @EnumSource
  void metric_code_comesBack(DistanceMetric metric) {
    assertThat(metric.code()).isBetween(0, DistanceMetric.CODES - 1);
    assertThat(DistanceMetric.ofCode(metric.code())).isEqualTo(metric);
  }

  @Test
  void code_unknown_isRefused() {
    assertThatThrownBy(() -> AttributeType.ofCode(5)).hasMessageContaining("5");
    assertThatThrownBy(() -> DistanceMetric.ofCode(3)).hasMessageContaining("3");
  }
}
