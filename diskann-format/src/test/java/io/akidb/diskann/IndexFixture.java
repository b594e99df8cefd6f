package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.data.TestVectors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Builds small indexes of any kind and checks their answers against naive search. */
public abstract class IndexFixture {
  protected static final long SEED = 20_261_121;

  @TempDir protected Path folder;
  protected Path work;

  protected abstract IndexProvider provider();

  /** How many of the true neighbours a search by the default parameters has to find; 1 for all. */
  protected abstract double recallMin();

  @BeforeEach
  void createWorkDirectory() throws IOException {
    work = Files.createDirectory(folder.resolve("work"));
  }

  protected static IndexSchema schema(int dimension, DistanceMetric metric) {
    return new IndexSchema(dimension, metric, new TreeMap<>());
  }

  protected static IndexRecord row(int row, float[] vector) {
    byte[] payload = ("payload of " + row).getBytes(StandardCharsets.UTF_8);
    return new IndexRecord("row-" + row, 1_000L + row, vector, payload, Map.of());
  }

  protected static BuildParameters parameters() {
    return BuildParameters.defaults().withThreads(2);
  }

  /** An opened index of the rows, whose vectors' ids are {@code row-0}, {@code row-1}... */
  protected VectorIndex index(DistanceMetric metric, float[]... base) {
    return index(metric, parameters(), base);
  }

  protected VectorIndex index(DistanceMetric metric, BuildParameters how, float[]... base) {
    Path file = folder.resolve("index.shard");
    IndexSchema schema = schema(base.length == 0 ? 3 : base[0].length, metric);
    try (IndexBuilder builder = provider().builder(schema, how, null, work)) {
      for (int i = 0; i < base.length; i++) {
        builder.add(row(i, base[i]));
      }
      assertThat(builder.size()).isEqualTo(base.length);
      BuildReport report = builder.build(file, BuildProgress.NONE);
      assertThat(report.vectors()).isEqualTo(base.length);
      assertThat(file).hasSize(report.bytes());
    }
    assertThat(work).isEmptyDirectory();
    return provider().open(file);
  }

  protected static int rowOf(VectorIndex index, int nodeId) {
    return Integer.parseInt(index.vectorId(nodeId).substring("row-".length()));
  }

  /**
   * Checks that an answer is well formed and true, and returns the share of the nearest it has.
   * Distances in f32 are compared with a tolerance of one part in 100,000 of the vectors' size.
   */
  protected static double checkedRecall(
      VectorIndex index,
      float[][] base,
      float[] query,
      int k,
      IntPredicate accepted,
      SearchResult result) {
    DistanceMetric metric = index.schema().metric();
    double[] truth = TestVectors.nearest(metric, base, query, k, accepted);
    assertThat(result.size()).as("answers").isEqualTo(truth.length);
    Set<Integer> seen = new HashSet<>();
    int hits = 0;
    for (int i = 0; i < result.size(); i++) {
      int row = rowOf(index, result.nodeId(i));
      assertThat(accepted.test(row)).as("row %s is accepted", row).isTrue();
      assertThat(seen.add(row)).as("row %s once", row).isTrue();
      double expected = TestVectors.distance(metric, base[row], query);
      double tolerance = tolerance(metric, base[row], query);
      assertThat((double) result.distance(i)).isBetween(expected - tolerance, expected + tolerance);
      if (i > 0) {
        assertThat(result.distance(i)).isGreaterThanOrEqualTo(result.distance(i - 1));
      }
      hits += expected <= truth[truth.length - 1] + tolerance ? 1 : 0;
    }
    return truth.length == 0 ? 1 : hits / (double) truth.length;
  }

  private static double tolerance(DistanceMetric metric, float[] a, float[] b) {
    float[] zero = new float[a.length];
    double lengths =
        TestVectors.distance(DistanceMetric.L2, a, zero)
            + TestVectors.distance(DistanceMetric.L2, b, zero);
    return 1e-5 * (metric == DistanceMetric.COSINE ? 1 : lengths);
  }

  protected static SearchResult search(VectorIndex index, float[] query, int k) {
    return index.search(query, SearchParameters.defaults(k), null);
  }
}
