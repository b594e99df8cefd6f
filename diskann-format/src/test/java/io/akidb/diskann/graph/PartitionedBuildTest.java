package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.data.TestVectors;
import io.akidb.diskann.format.v1.Spill;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionedBuildTest {
  private static final long SEED = 20_261_121;
  private static final int QUERIES = 150;
  private static final int K = 10;

  private static final int PAGE = 4096;

  @TempDir Path folder;

  private static BuildParameters parameters(int maxDegree, int threads) {
    return new BuildParameters(maxDegree, 40, 1.2f, 0, 42, threads, 1 << 24);
  }

  private Spill spill(DistanceMetric metric, float[][] base) {
    Spill spill = new Spill(new IndexSchema(base[0].length, metric, new TreeMap<>()), folder);
    for (int i = 0; i < base.length; i++) {
      spill.add(new IndexRecord("" + i, i, base[i], new byte[0], Map.of()));
    }
    spill.map();
    return spill;
  }

  static Stream<Object[]> sets() {
    float[][] copies = TestVectors.clustered(1_000, 6, 5);
    for (int i = 0; i < copies.length; i++) {
      copies[i] = copies[i % 30];
    }
    float[][] islands = TestVectors.clustered(2_000, 3, 1);
    for (int i = 0; i < islands.length; i++) {
      islands[i][0] += 1_000 * (i % 40);
    }
    float[][] uneven = TestVectors.clustered(1_500, 5, 7);
    for (float[] vector : uneven) {
      // Which 8 bits cannot tell apart.
      vector[0] = vector[0] > 0 ? 10_000 : -10_000;
    }
    return Stream.of(
            new Object[] {"two", TestVectors.clustered(2, 3, 1)},
            new Object[] {"clusters", TestVectors.clustered(3_000, 10, 1)},
            new Object[] {"copies", copies},
            new Object[] {"islands", islands},
            new Object[] {"uneven", uneven})
        .flatMap(
            set ->
                Stream.of(new int[] {4, 1}, new int[] {5, 3}, new int[] {24, 2})
                    .map(how -> new Object[] {set[0], set[1], how[0], how[1]}));
  }

  @ParameterizedTest(name = "{0}, degree {2}, {3} threads")
  @MethodSource("sets")
  void build_anySet_reachesEveryNodeWithinTheDegree(
      String name, float[][] points, int maxDegree, int threads) {
    int size = points.length;
    BuildParameters how = parameters(maxDegree, threads);
    try (Spill spill = spill(DistanceMetric.L2, points);
        BuildSpaces spaces = BuildSpaces.of(spill, DistanceMetric.L2, 42, folder);
        VamanaGraph graph = new VamanaGraph(size, VamanaBuilder.capacity(how), folder)) {
      boolean isExact = name.equals("islands") || name.equals("uneven");
      assertThat(spaces.space() instanceof ExactSpace).isEqualTo(isExact);
      MadeGraph made =
          new PartitionedBuild(spaces, graph, how, BuildProgress.NONE, folder)
              .build(Math.max(8, size / 5), Math.min(size, 20));
      int root = made.entries()[0];
      assertThat(made.order()[root]).isEqualTo(spaces.medoid());
      assertThat(Arrays.stream(made.order()).sorted()).hasSize(size);
      assertThat(GraphRepairTest.reachable(graph, root)).isEqualTo(size);
      int[] neighbours = new int[graph.capacity()];
      for (int node = 0; node < size; node++) {
        int degree = graph.copy(node, neighbours);
        assertThat(degree).isLessThanOrEqualTo(maxDegree);
        Set<Integer> different = new HashSet<>();
        for (int i = 0; i < degree; i++) {
          assertThat(neighbours[i]).isNotEqualTo(node).isBetween(0, size - 1);
          assertThat(different.add(neighbours[i])).isTrue();
        }
      }
    }
    assertThat(folder).isEmptyDirectory();
  }

  private VectorIndex index(
      IndexProvider provider, float[][] base, int threads, BuildProgress progress) {
    Path output = folder.resolve("index.shard");
    IndexSchema schema = new IndexSchema(base[0].length, DistanceMetric.L2, new TreeMap<>());
    BuildParameters how = BuildParameters.defaults().withThreads(threads);
    try (IndexBuilder builder = provider.builder(schema, how, null, folder)) {
      for (int i = 0; i < base.length; i++) {
        builder.add(new IndexRecord("" + i, i, base[i], new byte[0], Map.of()));
      }
      builder.build(output, progress);
    }
    return provider.open(output);
  }

  private static float[][] queries(float[][] base) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] queries = new float[QUERIES][];
    for (int q = 0; q < QUERIES; q++) {
      queries[q] = base[random.nextInt(base.length)].clone();
      float[] other = base[random.nextInt(base.length)];
      for (int d = 0; d < other.length; d++) {
        queries[q][d] += 0.1f * other[d];
      }
    }
    return queries;
  }

  /** The share of nearest rows found, none of which is farther than the last of the true ones. */
  private static double recall(
      VectorIndex index, float[][] base, float[][] queries, double[] farthest, int list) {
    SearchParameters how = SearchParameters.defaults(K).withSearchListSize(list);
    int found = 0;
    for (int q = 0; q < queries.length; q++) {
      SearchResult result = index.search(queries[q], how, null);
      for (int i = 0; i < result.size(); i++) {
        float[] row = base[Integer.parseInt(index.vectorId(result.nodeId(i)))];
        double distance = TestVectors.distance(DistanceMetric.L2, row, queries[q]);
        found += distance <= farthest[q] * (1 + 1e-6) ? 1 : 0;
      }
    }
    return found / (double) (K * queries.length);
  }

  private static float[][] gaussian(int size, int dimension) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] vectors = new float[size][dimension];
    for (float[] vector : vectors) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  @ParameterizedTest(name = "clustered: {0}")
  @ValueSource(booleans = {true, false})
  void recall_byPartitions_isThatOfAllAtOnce(boolean isClustered) throws IOException {
    float[][] base = isClustered ? TestVectors.clustered(8_000, 24, SEED) : gaussian(8_000, 12);
    float[][] queries = queries(base);
    double[] farthest =
        Arrays.stream(queries)
            .mapToDouble(
                query -> TestVectors.nearest(DistanceMetric.L2, base, query, K, row -> true)[K - 1])
            .toArray();
    int[] lists = {20, 40, 80};
    double[] whole;
    try (VectorIndex index = index(new DiskAnnProvider(), base, 2, BuildProgress.NONE)) {
      whole =
          Arrays.stream(lists)
              .mapToDouble(list -> recall(index, base, queries, farthest, list))
              .toArray();
    }
    Files.delete(folder.resolve("index.shard"));
    try (VectorIndex index = index(new PartitioningProvider(4), base, 2, BuildProgress.NONE)) {
      index.verify();
      for (int i = 0; i < lists.length; i++) {
        assertThat(recall(index, base, queries, farthest, lists[i]))
            .as("recall by lists of %s, where it is %s if built at once", lists[i], whole[i])
            .isGreaterThan(whole[i] - 0.015);
      }
    }
  }

  @Test
  void files_whilePartitionsAreBuilt_takeWhatWasPlanned() throws IOException {
    int size = 6_000;
    float[][] base = TestVectors.clustered(size, 24, SEED);
    PartitioningProvider provider = new PartitioningProvider(4);
    BuildParameters how = BuildParameters.defaults();
    int degree = VamanaBuilder.capacity(how.withMaxDegree(22));
    long planned =
        provider.membersMax(size) * (QuantizedSpace.bytes(1, 64) + VamanaGraph.bytes(1, degree));
    AtomicLong most = new AtomicLong();
    BuildProgress progress =
        (phase, done, total) -> {
          if (phase.equals("graph")) {
            most.accumulateAndGet(walkedBytes(size, how), Math::max);
          }
        };
    index(provider, base, 2, progress).close();
    assertThat(most.get()).isBetween(planned / 3, planned);
    assertThat(folder.toFile().list()).containsExactly("index.shard");
  }

  /** Bytes of the files that walks read: of the codes and of the graph of a partition. */
  private long walkedBytes(int size, BuildParameters how) {
    long whole = VamanaGraph.bytes(size, VamanaBuilder.capacity(how));
    // They have no names any more, but the system tells what is mapped.
    Pattern mapped =
        Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*" + folder + "/(partition|graph)-.*");
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .map(mapped::matcher)
          .filter(Matcher::matches)
          .mapToLong(m -> Long.parseLong(m.group(2), 16) - Long.parseLong(m.group(1), 16))
          .filter(bytes -> bytes / PAGE != (whole + PAGE - 1) / PAGE)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void build_interruptedAmongPartitions_isCancelledAndLeavesNothing(int threads) throws Exception {
    float[][] base = TestVectors.clustered(4_000, 24, SEED);
    Thread[] building = new Thread[1];
    AtomicLong reached = new AtomicLong();
    BuildProgress progress =
        (phase, done, total) -> {
          if (phase.equals("graph") && done > total / 2) {
            reached.set(done);
            building[0].interrupt();
          }
        };
    FutureTask<VectorIndex> task =
        new FutureTask<>(() -> index(new PartitioningProvider(4), base, threads, progress));
    building[0] = new Thread(task, "building");
    building[0].start();
    assertThatThrownBy(() -> task.get(1, TimeUnit.MINUTES))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(CancellationException.class);
    building[0].join();
    assertThat(reached.get()).isPositive();
    assertThat(folder).isEmptyDirectory();
  }

  /** So many vectors, of which nobody asks anything else. */
  private record Many(int size) implements StoredSpace {
    @Override
    public float between(int i, int j) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long copyBytes(int vectors) {
      return 136L * vectors;
    }

    @Override
    public StoredSpace copy(
        int count, IntUnaryOperator from, IntUnaryOperator to, MemorySegment into) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void membersMax_byTheMemory_isAllOrWhatHalfOfItHolds() {
    BuildParameters least = parameters(32, 2);
    // Codes of 136 bytes and lists of 40 places while all are built, of 27 while a partition is.
    int fitting = (1 << 24) / (136 + 4 * 41);
    int half = (1 << 23) / (136 + 4 * 28);
    assertThat(PartitionedBuild.membersMax(new Many(fitting), least)).isEqualTo(fitting);
    assertThat(PartitionedBuild.membersMax(new Many(fitting + 1), least)).isEqualTo(half);
    assertThat(PartitionedBuild.membersMax(new Many(1_000_000), least)).isEqualTo(half);
    // With hardly any memory for so many, partitions do not get smaller than they can be.
    assertThat(PartitionedBuild.membersMax(new Many(1_000_000_000), least))
        .isGreaterThan(1_000_000_000 / PartitionPlan.PARTITIONS_MAX * 2);
    assertThat(PartitionedBuild.membersMax(new Many(7_000_000), BuildParameters.defaults()))
        .isEqualTo(7_000_000);
  }
}
