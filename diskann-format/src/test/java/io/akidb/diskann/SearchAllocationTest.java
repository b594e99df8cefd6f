package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.akidb.diskann.data.TestVectors;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.roaringbitmap.RoaringBitmap;

/**
 * A search into a buffer of the caller's allocates nothing once it is compiled, whichever index,
 * way of searching and list size it is.
 */
class SearchAllocationTest {
  private static final long SEED = 7;
  private static final int SIZE = 2_000;
  private static final int DIMENSION = 24;
  private static final int[] LIST_SIZES = {12, 30, 75};
  private static final String[] KINDS = {
    "flat",
    "flat INT8",
    "flat F16",
    "diskann",
    "diskann INT8",
    "diskann F16",
    "pq",
    "sq8",
    "sq4",
    "rabitq"
  };
  private static final int ROUNDS_MAX = 3_000;
  private static final int QUERIES = 32;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Map<String, VectorIndex> INDEXES = new HashMap<>();
  private static float[][] queries = {};

  /** What is asked; strategies that each index answers it by. */
  enum Way {
    ALL("graph"),
    RANGE("graph"),
    RERANKED("graph"),
    COMMON_MATCHES("filtered-graph"),
    RARE_MATCHES("filtered-scan"),
    ANY_FILTER("filtered-graph");

    private final String strategy;

    Way(String strategy) {
      this.strategy = strategy;
    }
  }

  private static final Map<Way, @Nullable NodeFilter> FILTERS = new EnumMap<>(Way.class);

  @BeforeAll
  static void build(@TempDir Path folder) {
    float[][] all = TestVectors.clustered(SIZE + QUERIES, DIMENSION, SEED);
    queries = Arrays.copyOfRange(all, SIZE, all.length);
    IndexSchema schema = new IndexSchema(DIMENSION, DistanceMetric.L2, new TreeMap<>());
    BuildParameters how = new BuildParameters(16, 32, 1.2f, 0, SEED, 2, 1L << 28);
    for (String kind : KINDS) {
      int form = kind.indexOf(' ');
      IndexProvider provider = TestProviders.of(form < 0 ? kind : kind.substring(0, form));
      VectorStorage storage =
          form < 0 ? VectorStorage.F32 : VectorStorage.valueOf(kind.substring(form + 1));
      Path file = folder.resolve(kind + ".shard");
      try (IndexBuilder builder =
          provider.builder(schema, how.withStorage(storage), null, folder)) {
        for (int row = 0; row < SIZE; row++) {
          builder.add(new IndexRecord(Integer.toString(row), row, all[row], new byte[0], Map.of()));
        }
        builder.build(file, BuildProgress.NONE);
      }
      INDEXES.put(kind, provider.open(file));
    }
    RoaringBitmap common = new RoaringBitmap();
    for (int node = 0; node < SIZE; node += 2) {
      common.add(node);
    }
    FILTERS.put(Way.COMMON_MATCHES, NodeFilter.of(common));
    FILTERS.put(Way.RARE_MATCHES, NodeFilter.of(RoaringBitmap.bitmapOf(3, 700, 1_200, 1_999)));
    FILTERS.put(Way.ANY_FILTER, node -> node % 2 == 0);
  }

  @AfterAll
  static void close() {
    INDEXES.values().forEach(VectorIndex::close);
  }

  static Stream<Arguments> searches() {
    return INDEXES.keySet().stream()
        .sorted()
        .flatMap(kind -> Stream.of(Way.values()).map(way -> Arguments.of(kind, way)));
  }

  private static SearchParameters parameters(Way way, int listSize) {
    // Vectors of a cluster lie about 8 from each other, others about 50.
    float radius = way == Way.RANGE ? 7 : Float.NaN;
    int rerank = way == Way.RERANKED ? 11 : 0;
    return new SearchParameters(10, listSize, 4, rerank, radius);
  }

  @ParameterizedTest
  @MethodSource("searches")
  void search_intoABuffer_allocatesNothing(String kind, Way way) {
    VectorIndex index = INDEXES.get(kind);
    @Nullable NodeFilter filter = FILTERS.get(way);
    SearchParameters[] parameters =
        Arrays.stream(LIST_SIZES)
            .mapToObj(size -> parameters(way, size))
            .toArray(SearchParameters[]::new);
    SearchBuffer found = new SearchBuffer();
    long allocated = Long.MAX_VALUE;
    // The compiler works beside this thread, so it is given some rounds to come to its end.
    for (int round = 0; round < ROUNDS_MAX && allocated > 0; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (SearchParameters each : parameters) {
        for (float[] query : queries) {
          index.search(query, each, filter, found);
        }
      }
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).as("bytes of %s searches", QUERIES * LIST_SIZES.length).isZero();
    assertThat(found.size()).isPositive();
    assertThat(found.strategy())
        .isEqualTo(kind.startsWith("flat") ? way.strategy.replace("graph", "scan") : way.strategy);
  }
}
