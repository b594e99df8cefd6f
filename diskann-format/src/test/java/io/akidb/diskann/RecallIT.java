package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.diskann.data.SharedData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recall by the default parameters on real vectors. By default on the first {@value #FEW} rows of
 * each set; on all of them (about three minutes on two cores) by
 *
 * <pre>mvn verify -pl diskann-format -Dtest=none -Dit.test=RecallIT -Dakidb.recall=full \
 *   -Dsurefire.failIfNoSpecifiedTests=false -Djacoco.skip</pre>
 */
class RecallIT {
  private static final System.Logger LOG = System.getLogger(RecallIT.class.getName());
  private static final boolean IS_FULL = "full".equals(System.getProperty("akidb.recall"));
  private static final int FEW = 15_000;
  private static final int K = 10;
  private static final double RECALL_MIN = 0.95;
  private static final double[] ASKED = {0.8, 0.9, 0.95, 0.99};
  private static final double ASKED_MARGIN = 0.005;

  /** Spread of the lengths' logarithms: one vector in forty is longer than twice the median. */
  private static final double LENGTHS_SIGMA = 0.35;

  @TempDir Path folder;

  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record DataSet(
      String name, DistanceMetric metric, float[][] base, float[][] queries, int[][] truth) {}

  @Test
  void search_fashionMnist_findsNineteenOfTwenty() throws IOException {
    SharedData data = require("fashion-mnist");
    float[][] base = data.idx("train-images-idx3-ubyte.gz", rows());
    float[][] queries = data.idx("t10k-images-idx3-ubyte.gz", IS_FULL ? 10_000 : 1_000);
    int[][] truth =
        IS_FULL
            ? data.ivecs("groundtruth-l2-top100.ivecs")
            : exact(DistanceMetric.L2, base, queries);
    check(new DataSet("fashion-mnist", DistanceMetric.L2, base, queries, truth));
  }

  @Test
  void search_wordnet_findsNineteenOfTwenty() throws IOException {
    SharedData data = require("wordnet-minilm");
    float[][] base = data.npy("base.f16.npy", rows());
    float[][] queries = data.npy("query.f16.npy", 1_000);
    int[][] truth =
        IS_FULL
            ? data.ivecs("groundtruth-cosine-top100.ivecs")
            : exact(DistanceMetric.COSINE, base, queries);
    check(new DataSet("wordnet-minilm", DistanceMetric.COSINE, base, queries, truth));
  }

  @Test
  void search_innerProductsOfManyLengths_findsNineteenOfTwenty() throws IOException {
    SharedData data = require("wordnet-minilm");
    float[][] base = data.npy("base.f16.npy", rows());
    Random random = new Random(42);
    for (float[] vector : base) {
      float length = (float) Math.exp(LENGTHS_SIGMA * random.nextGaussian());
      for (int d = 0; d < vector.length; d++) {
        vector[d] *= length;
      }
    }
    float[][] queries = data.npy("query.f16.npy", 1_000);
    int[][] truth = exact(DistanceMetric.DOT, base, queries);
    check(new DataSet("wordnet-minilm-dot", DistanceMetric.DOT, base, queries, truth));
  }

  private static SharedData require(String name) {
    var found = SharedData.find(name);
    if (found.isEmpty()) {
      // The test report alone does not show an assumption's words on the console.
      LOG.log(System.Logger.Level.WARNING, SharedData.howToGet(name));
    }
    assumeTrue(found.isPresent(), () -> SharedData.howToGet(name));
    return found.orElseThrow();
  }

  private static int rows() {
    return IS_FULL ? Integer.MAX_VALUE : FEW;
  }

  /** The nearest rows of each query, by the exact provider. */
  private int[][] exact(DistanceMetric metric, float[][] base, float[][] queries) {
    try (VectorIndex flat = build("flat", metric, base)) {
      SearchParameters parameters = SearchParameters.defaults(K);
      return IntStream.range(0, queries.length)
          .parallel()
          .mapToObj(q -> rows(flat, flat.search(queries[q], parameters, null)))
          .toArray(int[][]::new);
    }
  }

  private void check(DataSet set) {
    long start = System.nanoTime();
    try (VectorIndex index = build("diskann", set.metric(), set.base())) {
      double buildSeconds = (System.nanoTime() - start) / 1e9;
      double recall = recall(index, set, SearchParameters.defaults(K));
      String built =
          String.format(
              Locale.ROOT,
              "%s: %d x %d, recall@10 %.4f, built in %.1f s by %d threads",
              set.name(),
              index.size(),
              index.schema().dimension(),
              recall,
              buildSeconds,
              BuildParameters.defaults().threads());
      LOG.log(System.Logger.Level.INFO, built);
      assertThat(recall).as("recall@10 of %s", set.name()).isGreaterThanOrEqualTo(RECALL_MIN);
      checkCalibration(index, set);
    }
  }

  /** A recall that is asked for is reached by queries that the shard was not calibrated with. */
  private static void checkCalibration(VectorIndex index, DataSet set) {
    assertThat(index.calibration().isMeasured()).isTrue();
    for (double asked : ASKED) {
      SearchParameters parameters = index.parameters(K, asked);
      double recall = recall(index, set, parameters);
      String found =
          String.format(
              Locale.ROOT,
              "%s: recall@10 %.2f asked, %.4f by a list of %d",
              set.name(),
              asked,
              recall,
              parameters.searchListSize());
      LOG.log(System.Logger.Level.INFO, found);
      assertThat(recall).as(found).isGreaterThanOrEqualTo(asked - ASKED_MARGIN);
    }
  }

  private static double recall(VectorIndex index, DataSet set, SearchParameters parameters) {
    int[] found =
        IntStream.range(0, set.queries().length)
            .parallel()
            .map(
                q ->
                    hits(
                        rows(index, index.search(set.queries()[q], parameters, null)),
                        set.truth()[q]))
            .toArray();
    return Arrays.stream(found).sum() / (double) (K * found.length);
  }

  private VectorIndex build(String type, DistanceMetric metric, float[][] base) {
    IndexProvider provider = IndexProvider.of(type);
    IndexSchema schema = new IndexSchema(base[0].length, metric, new TreeMap<>());
    Path file = folder.resolve(type + ".shard");
    try (IndexBuilder builder =
        provider.builder(schema, BuildParameters.defaults(), null, folder)) {
      for (int row = 0; row < base.length; row++) {
        builder.add(new IndexRecord(Integer.toString(row), row, base[row], new byte[0], Map.of()));
      }
      builder.build(file, BuildProgress.NONE);
    }
    return provider.open(file);
  }

  private static int[] rows(VectorIndex index, SearchResult result) {
    return Arrays.stream(result.nodeIds())
        .map(node -> Integer.parseInt(index.vectorId(node)))
        .toArray();
  }

  private static int hits(int[] rows, int[] truth) {
    Set<Integer> wanted = new HashSet<>();
    for (int i = 0; i < K; i++) {
      wanted.add(truth[i]);
    }
    return (int) Arrays.stream(rows).filter(wanted::contains).count();
  }
}
