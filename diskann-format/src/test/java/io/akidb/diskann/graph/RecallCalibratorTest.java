package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.data.TestVectors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecallCalibratorTest {
  private static final long SEED = 20_261_121;
  private static final int K = 10;
  private static final int QUERIES = 200;

  @TempDir Path folder;

  private VectorIndex build(DistanceMetric metric, float[][] base) {
    IndexProvider provider = IndexProvider.of("diskann");
    IndexSchema schema = new IndexSchema(base[0].length, metric, new TreeMap<>());
    Path file = folder.resolve("a.shard");
    try (IndexBuilder builder =
        provider.builder(schema, BuildParameters.defaults(), null, folder)) {
      for (int row = 0; row < base.length; row++) {
        builder.add(new IndexRecord(Integer.toString(row), row, base[row], new byte[0], Map.of()));
      }
      builder.build(file, BuildProgress.NONE);
    }
    return provider.open(file);
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void build_aSampleOfQueries_reachTheRecallThatTheyAskFor(DistanceMetric metric) {
    float[][] all = TestVectors.clustered(RecallCalibrator.SIZE_MIN + QUERIES, 24, SEED);
    float[][] base = Arrays.copyOf(all, RecallCalibrator.SIZE_MIN);
    try (VectorIndex index = build(metric, base)) {
      index.verify();
      RecallCalibration calibration = index.calibration();
      assertThat(calibration.isMeasured()).isTrue();
      for (double wanted : new double[] {0.8, 0.9, 0.95, 0.98}) {
        int size = calibration.listSize(K, wanted);
        SearchParameters parameters = SearchParameters.defaults(K).withSearchListSize(size);
        int hits = 0;
        for (int q = base.length; q < all.length; q++) {
          double farthest = TestVectors.nearest(metric, base, all[q], K, row -> true)[K - 1];
          SearchResult result = index.search(all[q], parameters, null);
          for (float distance : result.distances()) {
            hits += distance <= farthest + 1e-4 * Math.abs(farthest) ? 1 : 0;
          }
        }
        assertThat(hits / (double) (K * QUERIES))
            .as("recall@10 by a list of %s, seed %s", size, SEED)
            .isGreaterThanOrEqualTo(wanted - 0.01);
      }
    }
  }

  @Test
  void build_allEqualOrHuge_isCalibratedWithoutFailing() {
    float[][] base = TestVectors.clustered(RecallCalibrator.SIZE_MIN, 8, SEED);
    for (int row = 0; row < base.length; row++) {
      if (row % 2 == 0) {
        base[row] = new float[] {0, 0, 0, 0, 0, 0, 0, 1};
      } else if (row % 5 == 0) {
        Arrays.fill(base[row], 1e38f);
      }
    }
    try (VectorIndex index = build(DistanceMetric.L2, base)) {
      assertThat(index.calibration().isMeasured()).isTrue();
      assertThat(index.calibration().listSize(K, 0.95)).isBetween(K, 2_200);
    }
  }

  @Test
  void build_fewVectors_takesWhatIsTypical() {
    try (VectorIndex index = build(DistanceMetric.L2, TestVectors.clustered(200, 8, SEED))) {
      assertThat(index.calibration()).isSameAs(RecallCalibration.TYPICAL);
    }
  }
}
