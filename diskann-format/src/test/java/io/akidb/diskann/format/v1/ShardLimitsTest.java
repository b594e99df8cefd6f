package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.InvalidVectorException;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The smallest and the largest of everything, and what is just beyond. */
class ShardLimitsTest {
  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("a.shard");
  }

  private static IndexSchema schema(int dimension, DistanceMetric metric) {
    return new IndexSchema(dimension, metric, new TreeMap<>(Map.of("n", AttributeType.DOUBLE)));
  }

  private static IndexRecord record(String id, float... vector) {
    return new IndexRecord(id, 1, vector, new byte[] {1, 2}, Map.of());
  }

  private VectorIndex written(String type, IndexSchema schema, List<IndexRecord> records) {
    new ShardModel(schema, records).write(type, file);
    return TestProviders.of(ShardModel.provider(type)).open(file);
  }

  @ParameterizedTest
  @CsvSource({
    "flat, 1, L2",
    "flat, 4096, COSINE",
    "diskann, 1, L2",
    "diskann, 1, DOT",
    "diskann, 4096, L2",
    "diskann, 4096, COSINE",
    "diskann, 1, COSINE",
    "flat, 1, DOT",
    "bytes-flat, 1, L2",
    "bytes-diskann, 4096, L2",
    "bytes-diskann, 1, DOT",
    "halves-flat, 4096, COSINE",
    "halves-diskann, 1, L2",
    "halves-diskann, 4096, DOT"
  })
  void dimension_leastAndMost_isFound(String type, int dimension, DistanceMetric metric) {
    Random random = new Random(dimension);
    List<IndexRecord> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      float[] vector = ShardModel.vector(random, dimension);
      ShardModel.fit(type, vector);
      records.add(record("id" + i, vector));
    }
    try (VectorIndex index = written(type, schema(dimension, metric), records)) {
      index.verify();
      for (IndexRecord record : records) {
        float[] vector = new float[dimension];
        index.vector(index.nodeId(record.vectorId()), vector);
        assertThat(vector).isEqualTo(record.vector());
        SearchResult found = index.search(vector, SearchParameters.defaults(20), null);
        assertThat(found.size()).isEqualTo(20);
        if (metric == DistanceMetric.L2) {
          float[] nearest = new float[dimension];
          index.vector(found.nodeId(0), nearest);
          assertThat(nearest).isEqualTo(vector);
          assertThat(found.distance(0)).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "diskann", "pq"})
  void rows_noneAndOne_answerThat(String type) {
    SearchParameters parameters = SearchParameters.defaults(3);
    try (VectorIndex index = written(type, schema(2, DistanceMetric.COSINE), List.of())) {
      index.verify();
      assertThat(index.size()).isZero();
      assertThat(index.search(new float[] {1, 0}, parameters, null).size()).isZero();
      assertThat(index.search(new float[] {1, 0}, parameters, node -> true).size()).isZero();
      assertThat(index.nodeId("a")).isEqualTo(-1);
      assertThat(index.attributes().exists("n").isEmpty()).isTrue();
    }
    try (VectorIndex index =
        written(type, schema(2, DistanceMetric.COSINE), List.of(record("a", 3, 4)))) {
      index.verify();
      SearchResult found = index.search(new float[] {3, 4}, parameters, null);
      assertThat(found.nodeIds()).containsExactly(0);
      assertThat(index.search(new float[] {3, 4}, parameters, node -> false).size()).isZero();
      assertThat(index.nodeId("a")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "diskann", "pq"})
  void ids_longestEmptyAndTwice_areKept(String type) {
    String longest = "\u00e9".repeat(2048);
    List<IndexRecord> records =
        List.of(record(longest, 1), record("", 2), record("twice", 3), record("twice", 4));
    try (VectorIndex index = written(type, schema(1, DistanceMetric.L2), records)) {
      assertThat(index.vectorId(index.nodeId(longest))).isEqualTo(longest);
      float[] vector = new float[1];
      index.vector(index.nodeId(""), vector);
      assertThat(vector).containsExactly(2);
      int lower = index.nodeId("twice");
      assertThat(index.vectorId(lower)).isEqualTo("twice");
      for (int node = 0; node < lower; node++) {
        assertThat(index.vectorId(node)).isNotEqualTo("twice");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "diskann", "pq"})
  void vectors_allTheSame_areAllFound(String type) {
    List<IndexRecord> records = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      records.add(record("id" + i, 1, 2, 3));
    }
    try (VectorIndex index = written(type, schema(3, DistanceMetric.L2), records)) {
      SearchResult all = index.search(new float[] {1, 2, 3}, SearchParameters.defaults(150), null);
      assertThat(Arrays.stream(all.nodeIds()).distinct().count()).isEqualTo(150);
      assertThat(
              index
                  .search(new float[] {1, 2, 3}, new SearchParameters(5, 5, 1, 0, 0), null)
                  .distances())
          .containsExactly(0, 0, 0, 0, 0);
    }
  }

  @Test
  void payload_largerThanAnyBuffer_comesBack() {
    byte[] large = new byte[(3 << 20) + 17];
    new Random(1).nextBytes(large);
    IndexRecord record = new IndexRecord("large", 1, new float[] {1}, large, Map.of());
    try (VectorIndex index =
        written("flat", schema(1, DistanceMetric.L2), List.of(record("small", 2), record))) {
      index.verify();
      assertThat(index.payload(index.nodeId("large"))).isEqualTo(large);
      assertThat(index.payload(index.nodeId("small"))).containsExactly(1, 2);
    }
  }

  @Test
  void attributes_mostWithTheLongestNames_areKept() {
    TreeMap<String, AttributeType> types = new TreeMap<>();
    Map<String, AttributeValue> values = new TreeMap<>();
    for (int i = 0; i < 256; i++) {
      String name = "n".repeat(1021) + String.format("%03d", i);
      types.put(name, AttributeType.LONG);
      values.put(name, new AttributeValue.Int64(i));
    }
    IndexSchema schema = new IndexSchema(1, DistanceMetric.L2, types);
    try (VectorIndex index =
        written(
            "flat",
            schema,
            List.of(new IndexRecord("a", 1, new float[] {1}, new byte[0], values)))) {
      assertThat(index.schema()).isEqualTo(schema);
      values.forEach(
          (name, value) ->
              assertThat(index.attributes().equal(name, value).toArray()).containsExactly(0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "diskann", "pq"})
  void record_refused_isNotTakenInPart(String type) {
    IndexSchema schema = schema(2, DistanceMetric.COSINE);
    try (IndexBuilder builder =
        TestProviders.of(type).builder(schema, ShardModel.parameters(), null, folder)) {
      builder.add(record("first", 1, 0));
      requireRefused(builder, record("short", 1), "components");
      requireRefused(builder, record("nan", 1, Float.NaN), "finite");
      requireRefused(builder, record("infinite", Float.NEGATIVE_INFINITY, 1), "finite");
      requireRefused(builder, record("zero", 0, 0), "direction");
      requireRefused(builder, record("x".repeat(4097), 1, 1), "4096 bytes");
      requireRefused(builder, record("\udc00", 1, 1), "surrogate");
      requireRefused(builder, with("other", new AttributeValue.Int64(1)), "not declared");
      requireRefused(builder, with("n", new AttributeValue.Text("a")), "declared as DOUBLE");
      requireRefused(builder, with("n", new AttributeValue.Float64(Double.NaN)), "DOUBLE");
      builder.add(record("last", 0, 1));
      assertThat(builder.size()).isEqualTo(2);
      builder.build(file, BuildProgress.NONE);
      assertThatThrownBy(() -> builder.add(record("late", 1, 1)))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> builder.build(file, BuildProgress.NONE))
          .isInstanceOf(IllegalStateException.class);
    }
    try (VectorIndex index = TestProviders.of(type).open(file)) {
      index.verify();
      assertThat(index.size()).isEqualTo(2);
      assertThat(List.of(index.vectorId(0), index.vectorId(1)))
          .containsExactlyInAnyOrder("first", "last");
    }
  }

  private static IndexRecord with(String name, AttributeValue value) {
    return new IndexRecord("a", 1, new float[] {1, 1}, new byte[0], Map.of(name, value));
  }

  private static void requireRefused(IndexBuilder builder, IndexRecord record, String message) {
    int size = builder.size();
    assertThatThrownBy(() -> builder.add(record))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    assertThat(builder.size()).isEqualTo(size);
  }

  @Test
  void text_withoutUtf8_isRefused() {
    IndexSchema schema = new IndexSchema(1, DistanceMetric.L2, ShardModel.ATTRIBUTES);
    AttributeChecks checks = new AttributeChecks(schema);
    for (Map<String, AttributeValue> values :
        List.<Map<String, AttributeValue>>of(
            Map.of("name", new AttributeValue.Text("a\ud800")),
            Map.of("tags", new AttributeValue.TextList(List.of("a", "\udfff"))))) {
      assertThatThrownBy(() -> checks.check(values)).hasMessageContaining("surrogate");
    }
    for (Map<String, AttributeValue> values :
        List.<Map<String, AttributeValue>>of(
            Map.of("name", new AttributeValue.TextList(List.of())),
            Map.of("tags", new AttributeValue.Text("a")),
            Map.of("year", new AttributeValue.Float64(1)),
            Map.of("sold", new AttributeValue.Text("true")))) {
      assertThatThrownBy(() -> checks.check(values)).hasMessageContaining("is declared as");
    }
  }

  @Test
  void vector_tooShortOrLong_hasADirectionAllTheSame() {
    IndexSchema schema = schema(2, DistanceMetric.COSINE);
    // Squares of these leave the range of a float.
    for (float length : new float[] {1e-18f, 1e18f}) {
      try (VectorIndex index =
          written("flat", schema, List.of(record("a", length, 0), record("b", length, length)))) {
        SearchResult found =
            index.search(new float[] {length, 0}, SearchParameters.defaults(2), null);
        assertThat(index.vectorId(found.nodeId(0))).isEqualTo("a");
        assertThat(found.distance(0)).isBetween(-1e-5f, 1e-5f);
      }
    }
    assertThatThrownBy(() -> written("flat", schema, List.of(record("a", 1e-40f, 0))))
        .isInstanceOf(InvalidVectorException.class);
  }
}
