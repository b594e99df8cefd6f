package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.akidb.diskann.BuildReport;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.InvalidVectorException;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.roaringbitmap.RoaringBitmap;

/** What is written comes back, of every kind and metric, and is found as plain arithmetic says. */
class ShardRoundTripTest {
  @TempDir Path folder;

  static Stream<Arguments> shards() {
    return Stream.of(
            "flat", "diskann", "pq", "bytes-flat", "bytes-diskann", "halves-diskann", "halves-pq")
        .flatMap(
            type ->
                Stream.of(DistanceMetric.values())
                    .flatMap(
                        metric ->
                            Stream.of(0, 1, 2, 17, 300)
                                .map(count -> Arguments.of(type, metric, count))));
  }

  @ParameterizedTest
  @MethodSource("shards")
  void shard_written_readsBack(String type, DistanceMetric metric, int count) throws Exception {
    int dimension = 1 + (count * 7 + metric.code()) % 40;
    ShardModel model =
        ShardModel.random(type, 31L * count + metric.code(), dimension, metric, count);
    Path file = folder.resolve("a.shard");
    BuildReport report = model.write(type, file);
    assertThat(report.vectors()).isEqualTo(count);
    assertThat(report.bytes()).isEqualTo(Files.size(file));
    CRC32C crc = new CRC32C();
    crc.update(Files.readAllBytes(file));
    assertThat(report.crc32c()).isEqualTo((int) crc.getValue());
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("work files that were left behind").containsExactly(file);
    }
    try (VectorIndex index = TestProviders.of(ShardModel.provider(type)).open(file)) {
      assertThat(index.type()).isEqualTo(TestProviders.of(ShardModel.provider(type)).type());
      assertThat(index.size()).isEqualTo(count);
      assertThat(index.schema()).isEqualTo(model.schema());
      assertThat(index.fileBytes()).isEqualTo(report.bytes());
      index.verify();
      requireRecords(model, index);
      requireSearches(model, index);
    }
  }

  private static void requireRecords(ShardModel model, VectorIndex index) {
    Set<Integer> nodes = new HashSet<>();
    for (IndexRecord record : model.records()) {
      int node = index.nodeId(record.vectorId());
      assertThat(nodes.add(node)).isTrue();
      assertThat(index.vectorId(node)).isEqualTo(record.vectorId());
      assertThat(index.order(node)).isEqualTo(record.order());
      assertThat(index.payload(node)).isEqualTo(record.payload());
      float[] vector = new float[model.schema().dimension()];
      index.vector(node, vector);
      assertThat(vector).isEqualTo(record.vector());
    }
    assertThat(index.nodeId("nobody")).isEqualTo(-1);
    assertThat(index.nodeId("")).isEqualTo(-1);
    assertThat(index.nodeId("\ud800")).isEqualTo(-1);
    for (int node : new int[] {-1, index.size(), Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> index.vectorId(node)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> index.order(node)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> index.payload(node)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> index.vector(node, new float[model.schema().dimension()]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static void requireSearches(ShardModel model, VectorIndex index) {
    Random random = new Random(index.size());
    int dimension = model.schema().dimension();
    SearchParameters exact = new SearchParameters(10, 400, 4, 0, Float.NaN);
    for (int round = 0; round < 10; round++) {
      float[] query = ShardModel.vector(random, dimension);
      double[] expected =
          model.records().stream()
              .mapToDouble(record -> model.distance(query, record.vector()))
              .sorted()
              .limit(10)
              .toArray();
      SearchResult found = index.search(query, exact, null);
      assertThat(found.size()).isEqualTo(expected.length);
      requireDistances(model, index, query, found);
      for (int i = 0; i < expected.length; i++) {
        float[] vector = model.record(index.vectorId(found.nodeId(i))).vector();
        assertThat((double) found.distance(i))
            .isCloseTo(expected[i], within(tolerance(model, query, vector)));
      }
      // A short list makes a graph be walked rather than scanned.
      SearchResult walked =
          index.search(query, new SearchParameters(3, 3, 2, round % 2 * 8, Float.NaN), null);
      assertThat(walked.size()).isEqualTo(Math.min(3, index.size()));
      requireDistances(model, index, query, walked);
      RoaringBitmap odd = new RoaringBitmap();
      for (int node = 1; node < index.size(); node += 2) {
        odd.add(node);
      }
      for (NodeFilter filter : List.<NodeFilter>of(NodeFilter.of(odd), node -> node % 2 == 1)) {
        SearchResult filtered = index.search(query, exact, filter);
        assertThat(filtered.size()).isEqualTo(Math.min(10, index.size() / 2));
        assertThat(Arrays.stream(filtered.nodeIds())).allMatch(node -> node % 2 == 1);
        requireDistances(model, index, query, filtered);
      }
    }
    assertThatThrownBy(() -> index.search(new float[dimension + 1], exact, null))
        .isInstanceOf(InvalidVectorException.class)
        .hasMessageContaining("components");
  }

  /** A part of a million of the terms that are summed, for vectors of whole numbers up to 255. */
  private static double tolerance(ShardModel model, float[] a, float[] b) {
    double squares = 0;
    for (int d = 0; d < a.length; d++) {
      squares += (double) a[d] * a[d] + (double) b[d] * b[d];
    }
    return model.schema().metric() == DistanceMetric.COSINE ? 1e-3 : Math.max(1e-3, 1e-6 * squares);
  }

  private static void requireDistances(
      ShardModel model, VectorIndex index, float[] query, SearchResult result) {
    assertThat(Arrays.stream(result.nodeIds()).distinct().count()).isEqualTo(result.size());
    for (int i = 0; i < result.size(); i++) {
      float[] vector = model.record(index.vectorId(result.nodeId(i))).vector();
      assertThat((double) result.distance(i))
          .isCloseTo(model.distance(query, vector), within(tolerance(model, query, vector)));
      assertThat(i == 0 || result.distance(i - 1) <= result.distance(i)).isTrue();
    }
  }
}
