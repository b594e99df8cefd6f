package io.akidb.diskann.live;

import static io.akidb.diskann.live.LiveModel.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.data.TestVectors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Readers, writers and consolidation at the same time. */
class LiveIndexConcurrencyTest {
  private static final long SEED = 20_261_121;
  private static final int DIMENSION = 12;
  private static final int KEPT = 1_000;
  private static final int WRITERS = 3;
  private static final int READERS = 3;
  private static final int ROWS_EACH = 500;
  private static final int STEPS = 1_500;
  private static final int CAPACITY = 20_000;
  private static final SearchParameters TEN = SearchParameters.defaults(10).withSearchListSize(40);
  private static final SearchParameters ALL = TEN.withSearchListSize(CAPACITY);

  /** What is known of a row by its only writer: numbers of its inserts, negative once deleted. */
  private final AtomicIntegerArray told = new AtomicIntegerArray(WRITERS * ROWS_EACH);

  private final float[][] kept = TestVectors.clustered(KEPT, DIMENSION, SEED);
  private final AtomicBoolean isOver = new AtomicBoolean();
  private final AtomicInteger searches = new AtomicInteger();
  private final AtomicInteger missed = new AtomicInteger();
  private final AtomicInteger unseen = new AtomicInteger();

  /** A row's vector after its n-th insert, which nothing else has. */
  private static float[] vector(int row, int n) {
    return TestVectors.clustered(1, DIMENSION, (long) row << 32 | n)[0];
  }

  private Void write(LiveIndex index, int writer) {
    SplittableRandom random = new SplittableRandom(SEED + writer);
    for (int step = 0; step < STEPS; step++) {
      int row = writer * ROWS_EACH + random.nextInt(ROWS_EACH);
      int n = Math.abs(told.get(row));
      if (told.get(row) > 0 && random.nextInt(3) == 0) {
        assertThat(index.delete("row-" + row)).isTrue();
        told.set(row, -n);
        assertThat(index.get("row-" + row)).isNull();
      } else {
        float[] vector = vector(row, n + 1);
        index.insert(row("row-" + row, vector));
        told.set(row, n + 1);
        if (!isFound(index, vector, "row-" + row, TEN)) {
          missed.incrementAndGet();
        }
      }
    }
    return null;
  }

  private static boolean isFound(LiveIndex index, float[] vector, String id, SearchParameters how) {
    return index.search(vector, how, null).matches().stream()
        .anyMatch(match -> match.found().vectorId().equals(id));
  }

  private Void read(LiveIndex index, int reader) {
    SplittableRandom random = new SplittableRandom(SEED - reader);
    int[] before = new int[told.length()];
    while (!isOver.get()) {
      for (int row = 0; row < before.length; row++) {
        before[row] = told.get(row);
      }
      int target = random.nextInt(KEPT);
      LiveResult result = index.search(kept[target], TEN, null);
      Set<String> seen = new HashSet<>();
      float last = 0;
      for (LiveResult.Match match : result.matches()) {
        String id = match.found().vectorId();
        assertThat(seen.add(id)).as("%s once", id).isTrue();
        assertThat(match.distance()).isGreaterThanOrEqualTo(last);
        last = match.distance();
        if (id.startsWith("row-")) {
          check(Integer.parseInt(id.substring(4)), before, kept[target], match.distance());
        }
      }
      assertThat(result.size()).isEqualTo(10);
      // Nobody changes these.
      if (!seen.contains("kept-" + target)) {
        unseen.incrementAndGet();
      }
      searches.incrementAndGet();
    }
    return null;
  }

  /** A row that is answered was live at some time during the search, with that vector. */
  private void check(int row, int[] before, float[] query, float distance) {
    int after = told.get(row);
    int first = before[row] > 0 ? before[row] : 1 - before[row];
    // The insert that is under way is not yet told.
    int last = Math.abs(after) + 1;
    boolean isOne = false;
    for (int n = first; n <= last && !isOne; n++) {
      double expected = TestVectors.distance(DistanceMetric.L2, vector(row, n), query);
      isOne = Math.abs(expected - distance) < 1e-3;
    }
    assertThat(isOne)
        .as("row %s at %s, which was insert %s to %s, seed %s", row, distance, first, last, SEED)
        .isTrue();
  }

  private Void consolidate(LiveIndex index) {
    while (!isOver.get()) {
      index.consolidate();
    }
    return null;
  }

  @Test
  void index_readWrittenAndConsolidatedAtOnce_answersWhatIsTrue() throws Exception {
    IndexSchema schema = new IndexSchema(DIMENSION, DistanceMetric.L2, new TreeMap<>());
    BuildParameters how = new BuildParameters(16, 50, 1.2f, 0, 1, 1, 1 << 24);
    try (LiveIndex index = new LiveIndex(schema, how, CAPACITY);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + READERS + 1)) {
      for (int i = 0; i < KEPT; i++) {
        index.insert(row("kept-" + i, kept[i]));
      }
      List<Callable<Void>> others = new ArrayList<>();
      others.add(() -> consolidate(index));
      for (int i = 0; i < READERS; i++) {
        int reader = i;
        others.add(() -> read(index, reader));
      }
      List<Future<Void>> running = new ArrayList<>();
      others.forEach(task -> running.add(threads.submit(task)));
      List<Future<Void>> writing = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        writing.add(threads.submit(() -> write(index, writer)));
      }
      try {
        for (Future<Void> one : writing) {
          one.get();
        }
      } finally {
        isOver.set(true);
      }
      for (Future<Void> one : running) {
        one.get();
      }
      assertThat(searches.get()).isPositive();
      // A graph promises nearly all.
      assertThat(unseen.get()).isLessThanOrEqualTo(searches.get() / 100);
      assertThat(missed.get()).isLessThanOrEqualTo(WRITERS * STEPS / 100);
      index.consolidate();
      assertThat(index.tombstones()).isZero();
      int live = KEPT;
      for (int row = 0; row < told.length(); row++) {
        if (told.get(row) > 0) {
          live++;
          // By a list of all nodes: that none is cut off, which a short one could not tell.
          assertThat(isFound(index, vector(row, told.get(row)), "row-" + row, ALL))
              .as("row-%s by its own vector, seed %s", row, SEED)
              .isTrue();
        }
      }
      assertThat(index.size()).isEqualTo(live);
    }
  }
}
