package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.InvalidVectorException;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.VectorStorage;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors come back from a shard in the form that was asked for, and are compared as they are. */
class VectorStorageTest {
  private static final int COUNT = 120;
  private static final int SEED = 3;

  @TempDir Path folder;

  static Stream<Arguments> all() {
    return Stream.of("flat", "diskann", "pq")
        .flatMap(
            type ->
                Stream.of(VectorStorage.values())
                    .flatMap(
                        storage ->
                            Stream.of(DistanceMetric.values())
                                .map(metric -> Arguments.of(type, storage, metric))));
  }

  @ParameterizedTest
  @MethodSource("all")
  void storage_ofAnyKindAndMetric_givesBackVectorsAndTheirDistances(
      String type, VectorStorage storage, DistanceMetric metric) {
    for (int dimension : new int[] {1, 3, 16, 17, 50, 143}) {
      ShardModel model = ShardModel.random(SEED, dimension, metric, COUNT);
      try (VectorIndex index = build(type, model, storage)) {
        index.verify();
        float[][] stored = new float[COUNT][dimension];
        for (int i = 0; i < COUNT; i++) {
          int node = index.nodeId(model.records().get(i).vectorId());
          index.vector(node, stored[node]);
          requireNear(model.records().get(i).vector(), stored[node], storage);
        }
        Random random = new Random(SEED);
        for (int q = 0; q < 5; q++) {
          float[] query = ShardModel.vector(random, dimension);
          SearchResult found = index.search(query, SearchParameters.defaults(10), null);
          assertThat(found.size()).isEqualTo(10);
          for (int i = 0; i < found.size(); i++) {
            double expected = model.distance(query, stored[found.nodeId(i)]);
            assertThat((double) found.distance(i))
                .as("dimension %s", dimension)
                .isCloseTo(expected, within(1e-5 + Math.abs(expected) * 1e-4));
          }
        }
      }
    }
  }

  private static void requireNear(float[] given, float[] stored, VectorStorage storage) {
    float least = 0;
    float most = 0;
    for (float component : given) {
      least = Math.min(least, component);
      most = Math.max(most, component);
    }
    for (int d = 0; d < given.length; d++) {
      double off =
          switch (storage) {
            case AUTO, F32 -> 0;
            case F16 -> Math.abs(given[d]) / 2048.0 + 1e-7;
            case INT8 -> 0.51 * (most - least) / 255;
          };
      assertThat((double) stored[d]).isCloseTo(given[d], within(off));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "diskann", "pq"})
  void auto_ofVectorsThatFit_takesTheSmallestExactForm(String type) {
    ShardModel model = ShardModel.random(SEED, 64, DistanceMetric.L2, COUNT);
    assertThat(form(type, model, x -> x)).isEqualTo(VectorForm.F32);
    assertThat(form(type, model, x -> Math.round(x * 100) + 0.5f)).isEqualTo(VectorForm.F16);
    assertThat(form(type, model, x -> (float) Math.round(x * 50))).isEqualTo(VectorForm.F16);
    assertThat(form(type, model, x -> Math.abs((float) Math.round(x * 50))))
        .isEqualTo(VectorForm.INT8);
  }

  /** Changes the vectors, builds a shard, checks that nothing was lost, and answers its form. */
  private VectorForm form(String type, ShardModel model, UnaryOperator<Float> change) {
    ShardModel changed =
        new ShardModel(
            model.schema(),
            model.records().stream()
                .map(
                    record -> {
                      float[] vector = record.vector().clone();
                      for (int d = 0; d < vector.length; d++) {
                        vector[d] = change.apply(vector[d]);
                      }
                      return new IndexRecord(
                          record.vectorId(), record.order(), vector, new byte[0], Map.of());
                    })
                .toList());
    try (VectorIndex index = build(type, changed, VectorStorage.AUTO)) {
      float[] stored = new float[64];
      for (IndexRecord record : changed.records()) {
        index.vector(index.nodeId(record.vectorId()), stored);
        assertThat(stored).isEqualTo(record.vector());
      }
      return ((MappedIndex) index).layout().form();
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {70_000, 1e-20f})
  void halves_ofVectorsOutOfTheirRange_areRefused(float component) {
    ShardModel model = ShardModel.random(SEED, 3, DistanceMetric.L2, 5);
    float[] vector = model.records().get(2).vector();
    vector[0] = vector[1] = vector[2] = component;
    assertThatThrownBy(() -> build("diskann", model, VectorStorage.F16))
        .isInstanceOf(InvalidVectorException.class)
        .hasMessageContaining("f16")
        .hasMessageContaining("f32");
  }

  private VectorIndex build(String type, ShardModel model, VectorStorage storage) {
    Path file = folder.resolve(type + storage + ".shard");
    try (IndexBuilder builder =
        TestProviders.of(type)
            .builder(model.schema(), ShardModel.parameters().withStorage(storage), null, folder)) {
      model.records().forEach(builder::add);
      builder.build(file, BuildProgress.NONE);
    }
    return TestProviders.of(type).open(file);
  }
}
