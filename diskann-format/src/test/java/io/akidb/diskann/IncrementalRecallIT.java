package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.diskann.data.SharedData;
import io.akidb.diskann.data.TestVectors;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.NodeLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recall after many generations of deletes and inserts, compared with a fresh build of the same
 * rows, on real vectors and on far clusters. By default a few generations of few rows; 50
 * generations of 10 % each of all rows by
 *
 * <pre>mvn verify -pl diskann-format -Dtest=none -Dit.test=IncrementalRecallIT \
 *   -Dakidb.recall=full -Dsurefire.failIfNoSpecifiedTests=false -Djacoco.skip</pre>
 */
class IncrementalRecallIT {
  private static final System.Logger LOG = System.getLogger(IncrementalRecallIT.class.getName());
  private static final long SEED = 20_261_121;
  private static final boolean IS_FULL = "full".equals(System.getProperty("akidb.recall"));
  private static final int ROWS = Integer.getInteger("akidb.rows", IS_FULL ? 60_000 : 4_000);
  private static final int GENERATIONS = Integer.getInteger("akidb.generations", IS_FULL ? 50 : 8);
  private static final double SHARE = 0.1;
  private static final double LOSS_MAX = 0.01;

  @TempDir Path folder;

  @Test
  void merge_manyGenerationsOfFashionMnist_findsAsMuchAsAFreshBuild() throws IOException {
    SharedData data = require("fashion-mnist");
    check(
        "fashion-mnist",
        DistanceMetric.L2,
        data.idx("train-images-idx3-ubyte.gz", ROWS),
        data.idx("t10k-images-idx3-ubyte.gz", 1_000));
  }

  @Test
  void merge_manyGenerationsOfWordnet_findsAsMuchAsAFreshBuild() throws IOException {
    SharedData data = require("wordnet-minilm");
    check(
        "wordnet-minilm",
        DistanceMetric.COSINE,
        data.npy("base.f16.npy", 2 * ROWS),
        data.npy("query.f16.npy", 1_000));
  }

  @Test
  void merge_manyGenerationsOfFarClusters_findsAsMuchAsAFreshBuild() throws IOException {
    float[][] all = TestVectors.farClusters(ROWS + 1_000, 64, ROWS / 40, SEED);
    check(
        "far clusters",
        DistanceMetric.L2,
        Arrays.copyOf(all, ROWS),
        Arrays.copyOfRange(all, ROWS, all.length));
  }

  /** Each merge lays other nodes into a page, whose neighbours have to fit into it anew. */
  @Test
  void merge_manyGenerationsOfPackedPages_findsAsMuchAsAFreshBuild() throws IOException {
    float[][] latent = TestVectors.farClusters(ROWS + 1_000, 12, ROWS / 400, SEED);
    float[][] all = TestVectors.flattened(latent, 128, SEED);
    Path shard =
        check(
            "packed pages",
            DistanceMetric.L2,
            Arrays.copyOf(all, ROWS),
            Arrays.copyOfRange(all, ROWS, all.length));
    try (VectorIndex index = IndexProvider.of("diskann").open(shard)) {
      NodeLayout layout = ((MappedIndex) index).layout();
      assertThat(layout.isPacked()).isTrue();
      assertThat(layout.nodesPerPage()).isEqualTo(4);
    }
  }

  private static SharedData require(String name) {
    var found = SharedData.find(name);
    if (found.isEmpty()) {
      LOG.log(System.Logger.Level.WARNING, SharedData.howToGet(name));
    }
    assumeTrue(found.isPresent(), () -> SharedData.howToGet(name));
    return found.orElseThrow();
  }

  /** Half of the rows are live at the first. Answers the last shard. */
  private Path check(String name, DistanceMetric metric, float[][] rows, float[][] queries)
      throws IOException {
    IncrementalFixture fixture = new IncrementalFixture(metric, rows, queries, folder);
    SplittableRandom random = new SplittableRandom(SEED);
    int[] order = IntStream.range(0, rows.length).toArray();
    int live = rows.length / 2;
    int changed = (int) (live * SHARE);
    Path shard = folder.resolve("0.shard");
    fixture.build("diskann", Arrays.copyOf(order, live), shard);
    double merging = 0;
    double degree = 0;
    for (int generation = 1; generation <= GENERATIONS; generation++) {
      // The first ones of the live half change places with the first ones of the other.
      shuffle(order, 0, live, random);
      shuffle(order, live, order.length, random);
      int[] gone = Arrays.copyOf(order, changed);
      int[] fresh = Arrays.copyOfRange(order, live, live + changed);
      System.arraycopy(fresh, 0, order, 0, changed);
      System.arraycopy(gone, 0, order, live, changed);
      Path next = folder.resolve(generation + ".shard");
      double start = IncrementalFixture.cpuSeconds();
      BuildReport report = fixture.merge(shard, gone, fresh, next);
      merging += IncrementalFixture.cpuSeconds() - start;
      degree = report.averageDegree();
      assertThat(report.vectors()).isEqualTo(live);
      Files.delete(shard);
      shard = next;
    }
    int[] now = Arrays.copyOf(order, live);
    int[][] truth = fixture.truth(now);
    IncrementalFixture.Quality merged = fixture.quality(shard, truth);
    say(
        "%s, %d of %d rows changed %d times: %s, degree %.1f, %.2f s of CPU a merge"
            .formatted(name, changed, live, GENERATIONS, merged, degree, merging / GENERATIONS));
    compare(name, merged, fixture, now, truth);
    return shard;
  }

  private void compare(
      String name,
      IncrementalFixture.Quality merged,
      IncrementalFixture fixture,
      int[] now,
      int[][] truth) {
    Path anew = folder.resolve("anew.shard");
    double start = IncrementalFixture.cpuSeconds();
    BuildReport built = fixture.build("diskann", now, anew);
    double building = IncrementalFixture.cpuSeconds() - start;
    IncrementalFixture.Quality fresh = fixture.quality(anew, truth);
    say(
        "%s, built anew: %s, degree %.1f, %.2f s of CPU"
            .formatted(name, fresh, built.averageDegree(), building));
    assertThat(merged.recall())
        .as("recall@10 of %s, seed %s", name, SEED)
        .isGreaterThanOrEqualTo(fresh.recall() - LOSS_MAX);
  }

  private static void shuffle(int[] order, int from, int to, SplittableRandom random) {
    for (int i = to - 1; i > from; i--) {
      int j = random.nextInt(from, i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
  }

  private static void say(String what) {
    LOG.log(System.Logger.Level.INFO, what);
  }
}
